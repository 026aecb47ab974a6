"""The demo: a flow from its definition to two environments and back, over HTTP only."""
