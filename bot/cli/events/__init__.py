"""业务事件 / business events."""

NAME = "events"
