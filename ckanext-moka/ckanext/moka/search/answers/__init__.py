"""From hits to an answer: order, facets, second tries, marks, explanations, proposals."""
