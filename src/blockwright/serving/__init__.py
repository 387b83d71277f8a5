"""The prediction process: its own small ASGI app, which loads models and answers with them."""
