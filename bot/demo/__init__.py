"""A community living through ninety days before your eyes: a pretend WeChat, the bot, real purchases."""
