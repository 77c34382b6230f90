"""The accounts we are connected to: the official account, and where the other kinds are."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from bot.config.sections.base import Section
from bot.config.sections.fields import (
    AesKey,
    ApiUrl,
    Name,
    PlatformId,
    RateOf,
    Secret,
    Token,
)
from bot.config.sections.gateways import (
    OneBotSection,
    WecomAibotSection,
    WecomAppSection,
    WecomArchiveSection,
)
from bot.domain.account import AccountSettings, MenuButton
from bot.domain.delivery.routes import Rate

Label = Annotated[str, StringConstraints(min_length=1, max_length=20)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=1024, pattern=r"^https?://\S+$")]


class MiniProgramLink(Section):
    """A menu entry that opens a mini program; `url` is for clients too old for it."""

    app_id: PlatformId
    page: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    url: Address


class MenuEntry(Section):
    """A menu entry: one of click, view or mini_program, or up to five children."""

    label: Label
    click: Annotated[str, StringConstraints(min_length=1, max_length=128)] | None = None
    view: Address | None = None
    mini_program: MiniProgramLink | None = None
    children: Annotated[list["MenuEntry"], Field(min_length=1, max_length=5)] | None = None

    @model_validator(mode="after")
    def _does_one_thing(self) -> "MenuEntry":
        """Refuse an entry that does nothing, or two things, or has grandchildren.

        A label holds 16 bytes at the top and 60 below it.
        https://developers.weixin.qq.com/doc/offiaccount/Custom_Menus/Creating_Custom-Defined_Menu.html
        """
        acts = [self.click, self.view, self.mini_program, self.children]
        if sum(act is not None for act in acts) != 1:
            raise ValueError("an entry has one of click, view, mini_program or children")
        for child in self.children or []:
            if child.children is not None:
                raise ValueError("a menu has two levels")
            if len(child.label.encode()) > 60:
                raise ValueError(f'the label "{child.label}" is longer than 60 bytes')
        return self

    def built(self) -> MenuButton:
        """Return it frozen."""
        program = self.mini_program
        return MenuButton(
            self.label,
            self.click or "",
            program.url if program else self.view or "",
            (program.app_id, program.page) if program else None,
            tuple(child.built() for child in self.children or []),
        )


class OfficialAccountSection(Section):
    """A verified service account (认证服务号)."""

    kind: Literal["official_account"]
    enabled: bool = True
    app_id: PlatformId
    app_secret: Secret
    token: Token
    encoding_aes_key: AesKey | None = None
    mode: Literal["encrypted", "plaintext"] = "encrypted"
    api_base: ApiUrl = "https://api.weixin.qq.com"
    rate: RateOf = Rate(50)
    subscription_templates: dict[Name, PlatformId] = Field(default_factory=dict)
    message_templates: dict[Name, PlatformId] = Field(default_factory=dict)
    menu: Annotated[list[MenuEntry], Field(max_length=3)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _is_complete(self) -> "OfficialAccountSection":
        """Refuse encrypted mode without a key, and labels too long for the top of the menu."""
        if self.mode == "encrypted" and self.encoding_aes_key is None:
            raise ValueError("encrypted mode needs encoding_aes_key")
        for entry in self.menu:
            if len(entry.label.encode()) > 16:
                raise ValueError(f'the menu label "{entry.label}" is longer than 16 bytes')
        return self

    def built(self, name: str) -> AccountSettings:
        """Return it frozen."""
        return AccountSettings(
            name=name,
            kind=self.kind,
            app_id=self.app_id,
            app_secret=self.app_secret,
            token=self.token,
            encoding_aes_key=self.encoding_aes_key or "",
            mode=self.mode,
            api_base=self.api_base,
            rate=self.rate.sends / self.rate.per.total_seconds(),
            subscription_templates=self.subscription_templates,
            message_templates=self.message_templates,
            menu=tuple(entry.built() for entry in self.menu),
        )


AccountSection = (
    OfficialAccountSection | WecomAppSection | WecomArchiveSection | WecomAibotSection | OneBotSection
)
KINDS: dict[str, type[AccountSection]] = {
    "official_account": OfficialAccountSection,
    "wecom_app": WecomAppSection,
    "wecom_archive": WecomArchiveSection,
    "wecom_aibot": WecomAibotSection,
    "onebot12": OneBotSection,
}
