"""The forms of policy expressions that this gateway knows. Not C#: a closed list, checked as its compiler would."""
