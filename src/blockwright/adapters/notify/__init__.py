"""Messages to people, over e-mail, webhooks and whatever apprise speaks."""
