"""What only AWS can tell: assumptions about its services, and how each is proven on a stack that was deployed there."""
