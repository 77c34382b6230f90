"""The platform's API under ``/cgi-bin/`` and ``/customservice/``, one noun a file."""
