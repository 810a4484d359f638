from firmware.core import inventory as inventory_module
from firmware.core.inventory import MOST, Inventory
from firmware.core.wire import WireError


def ids(inventory):
    return [watch.queue for watch in inventory.shown()]


def entries(*names):
    return [{"id": name, "label": name, "label_visual": None, "rtl": False} for name in names]


def test_the_sites_queues_in_its_order():
    inventory = Inventory()
    inventory.take_site(entries("b", "a", "b"))
    assert ids(inventory) == ["b", "a"]
    inventory.take_site(entries("a"))
    assert ids(inventory) == ["a"]
    assert inventory.get("b") is inventory.get("b"), "what is not shown is still known: it may come back"


def test_wanted_queues_are_shown_known_or_not():
    inventory = Inventory(["z", "@all", "a/b", "z"])
    assert inventory.wanted == ["z", "@all", "a%2Fb"]
    assert ids(inventory) == ["z", "@all", "a%2Fb"]
    inventory.take_site(entries("q", "z"))
    assert ids(inventory) == ["z", "@all", "a%2Fb"]
    assert (inventory.shown()[0].site or {})["label"] == "z"
    assert not inventory.wants("q")
    try:
        inventory.get("q")
    except WireError:
        return
    raise AssertionError("a queue that nobody wants was taken in")


def test_a_groups_name_is_encoded_behind_its_at_sign():
    assert Inventory(["@a+b/c", "@"]).wanted == ["@a%2Bb%2Fc", "@"], "a + or # of a name is no wildcard of MQTT's"


def test_no_queue_wanted_is_all_of_them():
    assert Inventory([]).wanted is None


def test_a_queue_more_than_a_site_may_list_is_refused():
    class Full(dict):
        def __len__(self):
            return MOST + 1

    inventory = Inventory()
    inventory._by_id = Full()
    try:
        inventory.get("one more")
    except WireError:
        return
    raise AssertionError("taken in")


def test_soiling_touches_what_is_shown():
    inventory = Inventory()
    inventory.take_site(entries("a"))
    inventory.shown()[0].dirty = False
    inventory.soil()
    assert inventory.shown()[0].dirty
    assert inventory.find("b") is None


def test_what_no_list_names_gives_way_to_the_first_list():
    inventory = Inventory(None, centre=True)
    for queue in ("a", "stranger", "@all"):
        inventory.get(queue)
    assert inventory.lists("anybody"), "as long as there is no list"
    kept = inventory.get("a")
    inventory.take_site(entries("a", "b"))
    assert inventory.get("a") is kept
    assert [inventory.lists(queue) for queue in ("a", "b", "@all", "stranger")] == [True, True, True, False]
    inventory.take_site(entries("b"))
    assert inventory.lists("a"), "it was listed before, and may come back"


def test_a_list_has_the_right_to_all_places():
    most, inventory_module.MOST = inventory_module.MOST, 3
    try:
        inventory = Inventory(None, centre=True)
        inventory.get("@all")
        for name in ("x", "y"):
            queues = [name + "1", name + "2", name + "3"]
            inventory.take_site(entries(*queues))
            assert ids(inventory) == queues
    finally:
        inventory_module.MOST = most
    assert not inventory.lists("x1"), "its place was needed"
    assert inventory.lists("@all")


def test_a_board_with_queues_of_its_own_leaves_the_others_to_be_refused():
    inventory = Inventory(["a"])
    inventory.take_site(entries("a", "b"))
    assert inventory.lists("b")
    assert not inventory.wants("b")
