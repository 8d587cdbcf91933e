from __future__ import annotations

from chatroom.rendering.cache import TextCache


def test_what_was_used_longest_ago_goes_first():
    cache = TextCache(limit=6)
    cache.put("a", "1")
    cache.put("b", "2")
    cache.put("c", "3")
    assert cache.get("a") == "1"
    cache.put("d", "4")
    assert cache.get("b") is None
    assert [cache.get(key) for key in "acd"] == ["1", "3", "4"]


def test_a_value_larger_than_the_cache_is_not_kept():
    cache = TextCache(limit=6)
    cache.put("a", "1")
    cache.put("b", "2" * 10)
    assert cache.get("b") is None


def test_an_empty_value_is_a_value():
    cache = TextCache(limit=6)
    cache.put("a", "")
    assert cache.get("a") == ""
