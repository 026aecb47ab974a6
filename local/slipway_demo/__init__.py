"""The demo: a flow from its definition to two environments and back, and a connector from its repository and back."""
