"""Training of the model that hears complaints."""
