"""What shall be done: decisions as data.

Handlers and rules return effects; `bot.domain.folding.fold` shows the next event their outcome and
`storage.effects.apply` carries them out, all in the event's own transaction. Every effect names its
member by id and its moment, so that applying is mechanical.
"""

from bot.domain.effects.coupons import Attempt, IssueCoupon, RedeemCoupon, RefundCoupon
from bot.domain.effects.course import (
    CancelMessages,
    EarnGrant,
    Emit,
    Enroll,
    Handoff,
    MoveEnrollment,
    OpenWindow,
    QueueMessage,
    Receipt,
    Reply,
)
from bot.domain.effects.draws import EnterDraw, TellDraw
from bot.domain.effects.groups import ForgetMessage, JoinGroup, LeaveGroup, SayInGroup
from bot.domain.effects.playing import AnswerPoll, AnswerSurvey, AskSurvey, JoinParty, OpenParty
from bot.domain.effects.points import (
    ChangePoints,
    CheckInToday,
    ExchangePoints,
    MakeUpDay,
    TakeBackPoints,
    TellBoard,
    TellDays,
    TellPoints,
)
from bot.domain.effects.profile import (
    AddTag,
    BindOperator,
    EndSilence,
    EraseMember,
    RemoveTag,
    SetAttributes,
    SetConsent,
    SetFollowing,
    SetMembership,
    SetReview,
    SetStage,
    Suppress,
    TellPhone,
)
from bot.domain.effects.referral import (
    Invite,
    LeaveReferral,
    NoteReferral,
    QualifyReferral,
    RefundReferral,
)

Effect = (
    AddTag | RemoveTag | SetStage | SetMembership | SetReview | SetAttributes | SetConsent | Suppress
    | SetFollowing | OpenWindow | EarnGrant | Enroll | MoveEnrollment | QueueMessage | CancelMessages
    | Reply | Handoff | IssueCoupon | RedeemCoupon | Attempt | Emit | EraseMember | Receipt
    | JoinGroup | LeaveGroup | SayInGroup | EndSilence | TellPhone | ForgetMessage
    | ChangePoints | TakeBackPoints | RefundCoupon
)  # fmt: skip

__all__ = [
    "AddTag",
    "AnswerPoll",
    "AnswerSurvey",
    "AskSurvey",
    "Attempt",
    "BindOperator",
    "CancelMessages",
    "ChangePoints",
    "CheckInToday",
    "EarnGrant",
    "Effect",
    "Emit",
    "EndSilence",
    "Enroll",
    "EnterDraw",
    "EraseMember",
    "ExchangePoints",
    "ForgetMessage",
    "Handoff",
    "Invite",
    "IssueCoupon",
    "JoinGroup",
    "JoinParty",
    "LeaveGroup",
    "LeaveReferral",
    "MakeUpDay",
    "MoveEnrollment",
    "NoteReferral",
    "OpenParty",
    "OpenWindow",
    "QualifyReferral",
    "QueueMessage",
    "Receipt",
    "RedeemCoupon",
    "RefundCoupon",
    "RefundReferral",
    "RemoveTag",
    "Reply",
    "SayInGroup",
    "SetAttributes",
    "SetConsent",
    "SetFollowing",
    "SetMembership",
    "SetReview",
    "SetStage",
    "Suppress",
    "TakeBackPoints",
    "TellBoard",
    "TellDays",
    "TellDraw",
    "TellPhone",
    "TellPoints",
]
