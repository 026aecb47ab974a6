"""The background process: MiniStack on one port, the plain base URL on another, in one event loop."""
