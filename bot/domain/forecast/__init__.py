"""What a forecast starts from: members' pasts, and how everything stands."""
