"""The verbs about triggers: read their files, fire what is due or called for, change them, look ahead."""
