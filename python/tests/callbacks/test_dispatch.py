"""The order of hooks, and what a failing one does."""

import sys
import threading
import time
import warnings

import pytest

from pantile.callbacks import Callback, CallbackList, CallbackWarning, Composite, Stage
from pantile.callbacks.base import HOOKS


class Recorder(Callback):
    def __init__(self):
        self.calls = []


def _record(name):
    def hook(self, *arguments):
        self.calls.append((name, arguments))

    return hook


for _name in HOOKS:
    setattr(Recorder, _name, _record(_name))


class Failing(Callback):
    def on_tile_end(self, tile, tile_index, total_tiles):
        raise LookupError(f"no {tile_index}")

    def on_processing_end(self, stats):
        raise LookupError("the end")


def test_hooks_are_those_of_the_documentation():
    assert set(HOOKS) == {
        *(f"on_{what}_{when}" for what in ("processing", "chunk", "tile")
          for when in ("start", "end", "error")),
        "on_stage_start", "on_stage_progress", "on_stage_end", "on_note", "on_warning",
    }  # fmt: skip


def test_all_are_called_in_order_with_the_arguments():
    first, second = Recorder(), Recorder()
    order = []
    first.on_note = lambda text: order.append(("first", text))
    second.on_note = lambda text: order.append(("second", text))
    calls = CallbackList([first, second])
    calls.call("on_note", "x")
    assert order == [("first", "x"), ("second", "x")]
    calls.call("on_tile_start", "tile", 1, 2)
    assert first.calls == second.calls == [("on_tile_start", ("tile", 1, 2))]


@pytest.mark.parametrize("given", [None, [], ()])
def test_none_is_no_callback(given):
    calls = CallbackList(given)
    assert not calls
    assert len(calls) == 0
    calls.call("on_tile_end", None, 0, 1)


def test_a_single_callback_needs_no_list():
    recorder = Recorder()
    CallbackList(recorder).call("on_note", "x")
    assert recorder.calls == [("on_note", ("x",))]


def test_a_list_of_callbacks_is_taken_over():
    recorder = Recorder()
    CallbackList(CallbackList([recorder])).call("on_note", "x")
    assert recorder.calls == [("on_note", ("x",))]


def test_any_object_with_a_hook_will_do():
    class Mine:
        seen = None

        def on_tile_end(self, tile, tile_index, total_tiles):
            self.seen = tile_index

    mine = Mine()
    calls = CallbackList([mine])
    calls.call("on_tile_start", None, 7, 9)
    calls.call("on_tile_end", None, 7, 9)
    assert mine.seen == 7


@pytest.mark.parametrize("wrong", [[3], 3, ["on_tile_end"], [object()], Failing.__mro__[2]])
def test_what_has_no_hook_is_refused(wrong):
    with pytest.raises(TypeError, match="hook"):
        CallbackList(wrong)


def test_wants_knows_what_is_overridden():
    calls = CallbackList([Failing()])
    assert calls.wants("on_tile_end")
    assert not calls.wants("on_tile_start")
    assert not calls.wants("on_stage_progress")


def test_a_failing_hook_is_reported_once_and_stops_nothing():
    recorder = Recorder()
    calls = CallbackList([Failing(), recorder])

    def run():
        for index in range(3):
            calls.call("on_tile_end", None, index, 3)
        calls.call("on_processing_end", {})

    with pytest.warns(CallbackWarning) as caught:
        run()
    assert [str(w.message) for w in caught] == [
        "callback Failing.on_tile_end failed, and the job went on: LookupError: no 0",
        "callback Failing.on_processing_end failed, and the job went on: LookupError: the end",
    ]
    assert [name for name, _ in recorder.calls] == ["on_tile_end"] * 3 + ["on_processing_end"]


def test_two_of_a_kind_are_reported_each():
    with pytest.warns(CallbackWarning) as caught:
        CallbackList([Failing(), Failing()]).call("on_tile_end", None, 0, 1)
    assert len(caught) == 2


def test_warnings_as_errors_do_not_stop_the_job(capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        CallbackList([Failing()]).call("on_tile_end", None, 4, 5)
    assert "Failing.on_tile_end failed" in capsys.readouterr().err


def test_an_interrupt_goes_through():
    class Interrupted(Callback):
        def on_tile_end(self, tile, tile_index, total_tiles):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        CallbackList([Interrupted()]).call("on_tile_end", None, 0, 1)


def test_calls_never_overlap():
    class Careful(Callback):
        inside = 0
        overlaps = 0
        count = 0

        def on_tile_end(self, tile, tile_index, total_tiles):
            self.inside += 1
            time.sleep(0)
            self.overlaps += self.inside != 1
            self.count += 1
            self.inside -= 1

    careful = Careful()
    calls = CallbackList([careful])

    def work():
        for index in range(200):
            calls.call("on_tile_end", None, index, 200)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert (careful.count, careful.overlaps, careful.inside) == (1600, 0, 0)


def test_a_hook_may_call_the_same_list():
    class Nested(Callback):
        notes = 0

        def on_tile_end(self, tile, tile_index, total_tiles):
            calls.call("on_note", "nested")

        def on_note(self, text):
            self.notes += 1

    nested = Nested()
    calls = CallbackList([nested])
    calls.call("on_tile_end", None, 0, 1)
    assert nested.notes == 1


ARGUMENTS = {
    "on_processing_start": ({"a": 1},),
    "on_processing_end": ({},),
    "on_processing_error": (ValueError("x"), {}),
    "on_chunk_start": (0, 2, (3, 4)),
    "on_chunk_end": (0, 2, (3, 4)),
    "on_chunk_error": (ValueError("x"), 0, 2, (3, 4)),
    "on_tile_start": ("tile", 1, 2),
    "on_tile_end": ("tile", 1, 2),
    "on_tile_error": (ValueError("x"), "tile", 1, 2),
    "on_stage_start": (Stage("s"),),
    "on_stage_progress": (Stage("s"),),
    "on_stage_end": (Stage("s"),),
    "on_note": ("n",),
    "on_warning": ("w",),
}


@pytest.mark.parametrize("hook", HOOKS)
def test_composite_passes_every_hook_on(hook):
    first, second = Recorder(), Recorder()
    composite = Composite([first, Composite([second])])
    CallbackList([composite]).call(hook, *ARGUMENTS[hook])
    assert first.calls == second.calls == [(hook, ARGUMENTS[hook])]
    getattr(Callback(), hook)(*ARGUMENTS[hook])  # the base takes the same


def test_one_failing_part_of_a_composite_is_named_and_spares_the_rest():
    recorder = Recorder()

    def run():
        for _ in range(2):
            composite = Composite([Failing(), recorder])
            CallbackList([composite]).call("on_tile_end", None, 0, 1)
            composite.on_tile_end(None, 1, 2)

    with pytest.warns(CallbackWarning, match=r"Failing\.on_tile_end") as caught:
        run()
    assert len(caught) == 2
    assert len(recorder.calls) == 4


def test_a_composite_can_grow():
    recorder = Recorder()
    composite = Composite()
    composite.on_note("nobody hears")
    composite.callbacks.append(recorder)
    composite.on_note("x")
    assert recorder.calls == [("on_note", ("x",))]


def test_a_stage_knows_its_rate():
    stage = Stage("encode", "shards", done=30, total=50, resumed=10, elapsed_s=4.0)
    assert stage.fraction == 0.6
    assert stage.rate_per_s == 5.0
    assert stage.remaining_s == 4.0
    assert Stage("empty").fraction == 1.0
    assert str(Stage("empty").rate_per_s) == "nan"
    assert str(Stage("resumed", done=5, total=9, resumed=5, elapsed_s=1.0).remaining_s) == "nan"
    with pytest.raises(AttributeError):
        stage.done = 3
