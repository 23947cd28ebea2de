"""What English-speaking evaluators of the demo write down. `{topic}`, `{n}` and `{s}` are filled in."""

from typing import Final

TOPICS: Final = {
    "complaint_calm": ("my complaint", "the complaint of three weeks ago", "where my complaint stands"),
    "complaint_dominant": ("my complaint", "a complaint that has been lying there for weeks", "the missing reply"),
    "invoice_calm": ("the bill", "the difference of 48 euros", "the amount on my bill"),
    "invoice_dominant": ("the bill", "those 48 euros too many", "the increase on my bill"),
    "jansen_second_call": ("my application", "the talk with Mr Jansen", "yesterday's question"),
    "jansen_fourth_call": ("my complaint", "Mr Jansen", "my fourth call"),
    "opening_hours": ("the opening hours", "an appointment", "what I should bring"),
    "change_of_address": ("my move", "the new address", "the change of address"),
}

# By code of the phrase bank.
QUOTES: Final = {
    "hang_you_up": (
        "I'll just hang you up for a moment.",
        "Hold on, I'm hanging you up.",
        "Let me just drop you for a second.",
        "I'm going to hang you up now, one moment.",
    ),
    "where_is_he": (
        "He was at his desk just now, but where he is at the moment?",
        "I can't see him. No idea where he went.",
        "He's probably getting coffee.",
        "His coat is here, he isn't.",
    ),
    "try_again_later": (
        "Then just try again later.",
        "You could call back after lunch.",
        "Best try again after the weekend.",
        "Somebody will be in tomorrow, call then.",
    ),
    "fifth_time": (
        "Calling for the fourth time? Then this will make five.",
        "Well, then you will have to call a fifth time.",
        "Four times? One more won't hurt.",
    ),
    "good_luck": (
        "Have a nice weekend and good luck.",
        "Well, good luck with that.",
        "I wish you all the best with it.",
    ),
    "not_my_department": (
        "That is not our department.",
        "We don't do that here.",
        "No, you need somebody else for that.",
        "That really isn't ours to answer.",
    ),
    "no_idea": (
        "No idea, I am new here myself.",
        "I honestly wouldn't know.",
        "I'm only filling in today.",
        "Couldn't tell you, sorry.",
    ),
    "you_must": (
        "You have to put that in writing.",
        "You must fill in the form first.",
        "You just need to read the letter properly.",
        "You have to do that on the website, not by phone.",
    ),
    "system_says": (
        "The system won't let me.",
        "The computer says it can't be done.",
        "I can't get at that in the system.",
        "According to the system your application doesn't exist.",
    ),
    "calm_down": (
        "Calm down, there is no need to be so angry.",
        "If you carry on like this I'll hang up.",
        "You don't have to shout at me.",
        "It isn't my fault that you are cross.",
    ),
    "nobody_complains": (
        "You are the first to complain about that.",
        "We never hear anybody else about it.",
        "Other people have no trouble with that.",
    ),
    "as_soon_as_possible": (
        "Someone will call you back as soon as possible.",
        "Somebody will ring you at some point.",
        "You'll hear from us.",
        "They'll get in touch, I can't say when.",
    ),
    "callback_unasked": (
        "Shall I ask her to call you back? When would suit you?",
        "I'll have you called back, so you needn't ring again.",
    ),
    "who_and_when": (
        "Mr Jansen will call you today between three and four.",
        "Ms De Boer will ring you tomorrow before eleven.",
    ),
    "summary": (
        "If I understand you correctly, you have been waiting for three weeks. Is that right?",
        "So it is the difference with last year you want explained?",
        "Let me sum that up; tell me if I got it right.",
    ),
    "recognised": (
        "I can see that you have called before. I am taking this over from you now.",
        "You have explained this often enough, you needn't do it again.",
    ),
    "feeling_named": (
        "I can hear that this bothers you, and I understand.",
        "Three weeks of waiting would annoy me too.",
    ),
    "hold_asked": (
        "May I put you on hold for half a minute while I open your file?",
        "I'll look it up; is it all right if you wait?",
    ),
    "finding_out": (
        "I do not know, but I will find out and call you before noon.",
        "I'll check that for you, you needn't do anything.",
    ),
    "all_answered": (
        "Have I answered all your questions?",
        "Is everything clear now, or can I do anything else for you?",
    ),
}

# Heard, but not in the phrase bank.
OTHER_QUOTES: Final = (
    "Well, you are not the only one calling.",
    "We are busy here too, you know.",
    "I've just told you that, haven't I?",
    "Who told you so?",
    "That's simply how we do it here.",
    "You should have called earlier.",
    "It's all on the website.",
)

# Word for word, for an item answered low.
SAID: Final = {
    "phrasing.wording": (
        "We work with statutory periods.",
        "According to our procedure you get a letter first.",
        "It is our policy not to discuss that by phone.",
        "That is with the second line now.",
        "You are in the team's work queue.",
    ),
    "callback.offered": (
        "He is in again tomorrow.",
        "I would try again tomorrow.",
        "There is nothing I can do with that now.",
        "You can always send an email.",
    ),
    "listening.repeat_caller": (
        "I can't see that here.",
        "What was your question again?",
        "Then you should have insisted at the time.",
        "I know nothing about that, so tell me once more.",
    ),
    "tone.composure": (
        "Now, there's no need for that.",
        "Then we're done here.",
        "Will you let me finish!",
        "I am going to end this call.",
        "What is it that you want?",
    ),
}

# For an item answered low: (what was wrong, what made it so). Code of the item, or "low" for any other.
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
    "low": (
        ("This could have been better.", "The employee let this slip.", "A let-down on {topic}.", "Little effort."),
        (
            "It remained half an answer.",
            "I had to ask for it.",
            "It went too fast.",
            "No further questions were asked.",
        ),
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

WHO: Final = (
    "Mr Jansen",
    "Ms De Boer",
    "A colleague of the department",
    "Mr Van Dam",
    "Ms El Idrissi",
    "The person handling my file",
    "The employee",
    "The team leader",
)

RETURN_REASONS: Final = (
    "You noted ‘no harmful phrase’, but your remark quotes one. Please check.",
    "The promised callback has no time. Do you still have your notes?",
    "Your remark seems to belong to another call. Please correct it.",
    "The quote is a summary. Write down what was said word for word, or leave it out.",
    "The employee is mentioned by name. Please remove the name.",
    "Scenario and answers contradict each other: was this the first or the fourth call?",
)

VOID_REASONS: Final = (
    "The evaluator was recognised.",
    "Wrong number: this was another department.",
    "The call was entered twice.",
    "The brief was not followed: another question was asked.",
    "Fire drill during the call.",
)
