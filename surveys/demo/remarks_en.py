"""What English-speaking evaluators of the demo write about a call. `{topic}`, `{n}` and `{s}` are filled in."""

from typing import Final

# For an item answered low: (what was wrong, what made it so), by the code of the item.
REMARKS: Final = {
    "phrasing.clear_answer": (
        (
            "I still know nothing about {topic}.",
            "No answer about {topic}.",
            "The employee could not say anything about {topic}.",
            "I got a general story instead of an answer.",
            "After {n} minutes I was left empty-handed.",
            "The answer had nothing to do with {topic}.",
            "The employee only pointed at the website.",
        ),
        (
            "Nothing was looked up.",
            "It was a guess, and I could hear that.",
            "My file could not be found.",
            "I was told two different periods.",
            "I had to suggest checking it myself.",
            "I was to wait for the letter.",
            "I asked the same thing {n} times.",
        ),
    ),
    "phrasing.wording": (
        (
            "Lots of abbreviations and names of teams.",
            "Everything was told from their own rules.",
            "The procedure came before my question.",
            "Impersonal throughout, never an ‘I’.",
            "Official language about {topic}.",
            "It was all about what could not be done.",
        ),
        (
            "I had to ask {n} times what was meant.",
            "Anyone new to this would give up here.",
            "I felt like a number.",
            "Something was being read out.",
            "It did not get any warmer.",
        ),
    ),
    "callback.offered": (
        (
            "Nobody offered to call me back.",
            "Calling back did not come up.",
            "I was free to try again later.",
            "I was left alone with {topic}.",
            "The call was wound up without a next step.",
        ),
        (
            "I left a pause of {n} seconds, but nothing came.",
            "No message was taken either.",
            "My number was not asked for.",
            "The employee seemed relieved when I rang off.",
            "No other number was given.",
        ),
    ),
    "listening.repeat_caller": (
        (
            "That I had called before made no difference.",
            "I had to tell it all again.",
            "My earlier calls were not on record.",
            "The employee passed over it.",
            "No apology, no recognition.",
        ),
        (
            "I said so twice.",
            "The call simply started from the beginning.",
            "I was asked for my name straight away.",
            "Colleagues should have noted that, I was told.",
            "Nothing was known about {topic}.",
        ),
    ),
    "tone.composure": (
        (
            "The employee took over my tone.",
            "Became short as soon as I spoke up.",
            "Sighed audibly when I mentioned {topic}.",
            "Went on the defensive.",
            "Talked over me.",
        ),
        (
            "After {n} minutes the calm was gone.",
            "It did not recover.",
            "Irritation could be heard.",
            "It turned into a quarrel about who was right.",
            "My question got lost.",
        ),
    ),
    "disconnected": (
        (
            "The line went dead while I was speaking.",
            "The employee hung up.",
            "After {s} seconds on hold the line dropped.",
            "In the middle of my sentence the call was gone.",
        ),
        (
            "Nobody called me back.",
            "Nothing had led up to it.",
            "We were just talking about {topic}.",
            "I still heard ‘one moment’.",
        ),
    ),
    "cut_off": (
        (
            "It did not get that far.",
            "The call was gone by then.",
            "There was no chance for that.",
            "Nobody called back.",
        ),
        (
            "I had only just put my question.",
            "My number had not been asked for.",
            "I waited another quarter of an hour.",
            "",
        ),
    ),
    "greeting.organisation": (
        ("I did not know where I had ended up.", "Just ‘hello’.", "The department was not mentioned."),
        ("I had to ask.", "It sounded rushed.", ""),
    ),
    "greeting.own_name": (
        ("No name heard.", "The name got lost in the greeting.", "Whom I spoke to remained unknown."),
        ("Not at the end either.", "I had to ask.", ""),
    ),
    "phrasing.hold": (
        ("I was simply put on hold.", "Suddenly it went quiet.", "Transferred without a word."),
        ("It took {s} seconds.", "I did not know whether anyone was still there.", "After that we began anew."),
    ),
    "listening.let_finish": (
        ("I was interrupted.", "I could not finish.", "My sentences were completed for me."),
        ("That happened {n} times.", "So we first talked about something else.", ""),
    ),
    "listening.checked": (
        ("Nobody checked whether it was right.", "No summary.", "Whether my question was understood remained unsure."),
        ("I corrected it {n} times.", "About {topic} it stayed vague.", ""),
    ),
    "callback.concrete": (
        ("A promise with nothing to hold on to.", "Not clear who would call.", "A time could not be given."),
        ("I had to ask for it.", "‘Today or tomorrow’ it was.", "Then the call was wound up."),
    ),
    "tone.empathy": (
        ("What this did to me was passed over.", "Not a word about the trouble.", "No sign of understanding."),
        ("It stayed businesslike.", "I was asked for my details straight away.", ""),
    ),
    "tone.effort": (
        ("Attention faded.", "It had to be quick at the end.", "Half-way the effort was gone."),
        ("There was typing all the while.", "After {n} minutes the employee wanted to round off.", ""),
    ),
    # By dimension, for any other item.
    "greeting": (
        ("The opening was curt.", "A stiff start.", "Somebody was talking before I was on the line."),
        ("It sounded rushed.", "I did not feel welcome.", ""),
    ),
    "listening": (
        ("No further questions were asked.", "I had to bring up everything myself.", "It stopped at listening."),
        ("So {topic} was only half dealt with.", "One question would have helped a lot.", ""),
    ),
    "callback": (
        ("Nothing else was tried.", "That was the end of it.", "The next move was mine."),
        ("No message was taken either.", "After {n} minutes I gave up.", ""),
    ),
    "tone": (
        ("The voice sounded flat.", "Rushed and absent.", "Short and cool.", "I heard irritation."),
        ("It turned into a list.", "There was chatter in the background.", ""),
    ),
}

# A last word about the whole call, by how it went.
CLOSING: Final = {
    "good": (
        (
            "A pleasant call.",
            "This is how it should be.",
            "I can go on with this.",
            "Helped quickly and kindly.",
            "The employee took time for {topic}.",
            "I was taken seriously.",
            "Smooth, clear and personal.",
        ),
        (
            "Everything about {topic} is clear.",
            "Done in {n} minutes.",
            "I was even asked whether I had more questions.",
            "I did not have to repeat anything.",
            "The employee really thought along.",
            "You can hear a smile over the phone.",
        ),
    ),
    "mixed": (
        (
            "Friendly but incomplete.",
            "The facts were right, the tone was flat.",
            "A stiff start and a good end.",
            "Helped well enough, though it took a while.",
            "Not bad, nothing special.",
            "Good will, little to hold on to.",
        ),
        (
            "I had to wait {n} minutes.",
            "One thing about {topic} stayed open.",
            "It was noisy in the background.",
            "What we agreed was not summed up.",
            "I was transferred once.",
        ),
    ),
    "bad": (
        (
            "A disappointing call.",
            "As a resident I would be angry.",
            "I felt I was a nuisance.",
            "Nobody seemed to feel responsible.",
            "Sent from pillar to post.",
        ),
        (
            "I know as much about {topic} as before.",
            "I would rather not call again.",
            "The employee mainly wanted to be rid of me.",
            "After {n} minutes I gave up.",
            "Nothing at all was promised.",
        ),
    ),
    "unanswered": (
        ("Not answered.", "I rang off after {s} seconds.", "Only a recorded message.", "It just kept ringing."),
        ("Within opening hours.", "A second attempt failed as well.", "No menu, no music.", ""),
    ),
}
