"""Why a member did or did not get something: pure over everything that history keeps of them."""
