"""Chat completions on the wire: what is asked, checked as the service checks it, and what is answered."""
