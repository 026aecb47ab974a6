"""The background process: MiniStack, the plain base URL and the archives, each on its port, in one event loop."""
