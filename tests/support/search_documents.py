"""A small index of paints, in which the result of every search is plain to see."""

from typing import Any

DIMENSIONS = 4

PAINTS: dict[str, Any] = {
    "name": "paints",
    "fields": [
        {"name": "id", "type": "Edm.String", "key": True, "filterable": True, "sortable": True},
        {"name": "title", "type": "Edm.String", "searchable": True, "filterable": False, "facetable": False},
        {"name": "notes", "type": "Edm.String", "searchable": True, "analyzer": "en.lucene", "filterable": False,
         "sortable": False, "facetable": False},
        {"name": "resin", "type": "Edm.String", "searchable": True, "facetable": True},
        {"name": "price", "type": "Edm.Double", "searchable": False},
        {"name": "stock", "type": "Edm.Int32", "searchable": False},
        {"name": "matt", "type": "Edm.Boolean", "searchable": False},
        {"name": "made", "type": "Edm.DateTimeOffset", "searchable": False},
        {"name": "marks", "type": "Collection(Edm.String)", "searchable": True},
        {"name": "secret", "type": "Edm.String", "searchable": False, "retrievable": False},
        {"name": "maker", "type": "Edm.ComplexType", "fields": [
            {"name": "city", "type": "Edm.String", "searchable": True},
            {"name": "founded", "type": "Edm.Int32", "searchable": False},
        ]},
        {"name": "packs", "type": "Collection(Edm.ComplexType)", "fields": [
            {"name": "litres", "type": "Edm.Double", "searchable": False, "sortable": False},
            {"name": "kind", "type": "Edm.String", "searchable": False, "sortable": False},
        ]},
        {"name": "plain", "type": "Edm.String", "searchable": False, "filterable": False, "sortable": False,
         "facetable": False},
        {"name": "near", "type": "Collection(Edm.Single)", "searchable": True, "retrievable": False,
         "dimensions": DIMENSIONS, "vectorSearchProfile": "exact"},
        {"name": "shown", "type": "Collection(Edm.Single)", "searchable": True, "retrievable": True,
         "dimensions": DIMENSIONS, "vectorSearchProfile": "hnsw"},
    ],
    "scoringProfiles": [{"name": "notes-first", "text": {"weights": {"notes": 20, "title": 1}}}],
    "semantic": {"configurations": [{"name": "by-meaning", "prioritizedFields": {
        "titleField": {"fieldName": "title"},
        "prioritizedContentFields": [{"fieldName": "notes"}],
        "prioritizedKeywordsFields": [{"fieldName": "resin"}],
    }}]},
    "vectorSearch": {
        "algorithms": [
            {"name": "brute", "kind": "exhaustiveKnn", "exhaustiveKnnParameters": {"metric": "cosine"}},
            {"name": "graph", "kind": "hnsw", "hnswParameters": {"metric": "cosine"}},
        ],
        "profiles": [{"name": "exact", "algorithm": "brute"}, {"name": "hnsw", "algorithm": "graph"}],
    },
}  # fmt: skip

DOCUMENTS: list[dict[str, Any]] = [
    {"id": "sky", "title": "Sky blue", "notes": "A light blue for ceilings. Dries in an hour.", "resin": "PP",
     "price": 10.0, "stock": 5, "matt": True, "made": "2020-01-15T08:00:00Z", "marks": ["REACH", "FDA"],
     "secret": "s1", "maker": {"city": "Bonn", "founded": 1900},
     "packs": [{"litres": 1.0, "kind": "tin"}, {"litres": 5.0, "kind": "bucket"}],
     "near": [1.0, 0.0, 0.0, 0.0], "shown": [1.0, 0.0, 0.0, 0.0]},
    {"id": "navy", "title": "Navy blue", "notes": "A dark colour, nearly black, for doors.", "resin": "PP",
     "price": 20.0, "stock": 0, "matt": False, "made": "2020-02-20T10:30:00+02:00", "marks": ["REACH"],
     "secret": "s2", "maker": {"city": "Ghent", "founded": 1950}, "packs": [{"litres": 5.0, "kind": "tin"}],
     "near": [0.8, 0.6, 0.0, 0.0], "shown": [0.8, 0.6, 0.0, 0.0]},
    {"id": "fire", "title": "Fire red", "notes": "A signal red. It warns people of blue flames.", "resin": "ABS",
     "price": 30.0, "stock": 7, "matt": True, "made": "2021-03-01T00:00:00Z", "marks": [],
     "secret": "s3", "maker": {"city": "Bonn", "founded": 2000}, "packs": [],
     "near": [0.0, 1.0, 0.0, 0.0], "shown": [0.0, 1.0, 0.0, 0.0]},
    {"id": "moss", "title": "Moss green PP-GF30", "notes": "A warm green for gardens and running water.",
     "resin": "PA6", "price": None, "stock": 3, "matt": None, "made": None, "marks": ["FDA"], "secret": "s4",
     "maker": None, "packs": [{"litres": 2.5, "kind": "tin"}], "near": [0.0, 0.0, 1.0, 0.0]},
]  # fmt: skip
