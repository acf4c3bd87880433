"""Questions to stored snippets: found by meaning and by words, fused, answered in whole lines."""
