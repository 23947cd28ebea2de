"""What English-speaking evaluators of the demo heard, and how they call things."""

from typing import Final

from surveys.demo.remarks_en import CLOSING, REMARKS

__all__ = ["CLOSING", "OTHER_QUOTES", "QUOTES", "REMARKS", "SAID", "TOPICS", "WHO"]

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
        "According to the system you don't exist.",
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
        "If I understand you correctly, you are still waiting for an answer. Is that right?",
        "So you want to know where you stand; did I get that right?",
        "Let me sum that up; tell me if I got it right.",
    ),
    "recognised": (
        "I can see that you have called before. I am taking this over from you now.",
        "You have explained this often enough, you needn't do it again.",
    ),
    "feeling_named": (
        "I can hear that this bothers you, and I understand.",
        "That would annoy me too.",
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
