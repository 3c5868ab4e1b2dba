"""Energy: made-up counters, made-up folders, and whatever this machine has."""

import ctypes
import json
import math
import pathlib
from types import SimpleNamespace

import pytest

from pantile.callbacks import Energy
from pantile.callbacks import energy as energy_module
from pantile.callbacks._counters import (
    Counters,
    NvmlDevice,
    RaplZone,
    find_counters,
    nvml_devices,
    rapl_zones,
)


class Made:
    def __init__(self, name, *joules):
        self.name = name
        self._joules = list(joules)

    def joules(self):
        value = self._joules.pop(0) if len(self._joules) > 1 else self._joules[0]
        if isinstance(value, Exception):
            raise value
        return value


def run(energy, error=None):
    energy.on_processing_start({"input_shape": (4, 4)})
    energy.on_tile_end(None, 0, 1)
    if error is None:
        energy.on_processing_end({})
    else:
        energy.on_processing_error(error, {})
    return energy.report


def test_energy_is_the_difference_and_carbon_follows_from_the_grid():
    counters = Counters(
        cpu=[Made("package-0", 100.0, 3_600_100.0), Made("dram", 5.0, 5.0)],
        gpu=[Made("gpu-0", 10.0, 3_600_010.0)],
    )
    report = run(Energy(grid_g_per_kwh=250, _find=lambda: counters))
    assert report.cpu_j == 3.6e6
    assert report.gpu_j == 3.6e6
    assert report.energy_j == 7.2e6
    assert report.emissions_kg == pytest.approx(0.5)  # 2 kWh of 250 g each
    assert report.counters == {"package-0": 3.6e6, "dram": 0.0, "gpu-0": 3.6e6}
    assert report.missing == ()


def test_without_a_gpu_the_cpu_is_all():
    report = run(Energy(_find=lambda: Counters(cpu=[Made("package-0", 1.0, 3.0)])))
    assert (report.cpu_j, report.gpu_j, report.energy_j) == (2.0, 0.0, 2.0)


def test_what_cannot_be_read_is_nan_and_says_why():
    counters = Counters(gpu=[Made("gpu-0", 1.0, 3.0)], cpu_missing="Permission denied")
    report = run(Energy(_find=lambda: counters))
    assert math.isnan(report.cpu_j)
    assert report.gpu_j == 2.0
    assert math.isnan(report.energy_j)
    assert math.isnan(report.emissions_kg)
    assert isinstance(report.emissions_kg, float)
    assert report.missing == ("Permission denied",)


def test_a_counter_that_fails_on_the_way_is_nan():
    counters = Counters(cpu=[Made("package-0", 1.0, OSError("gone"))])
    report = run(Energy(_find=lambda: counters))
    assert math.isnan(report.cpu_j)
    assert math.isnan(report.counters["package-0"])
    assert report.missing == ("package-0: gone",)


def test_two_packages_of_one_name_are_told_apart():
    counters = Counters(cpu=[Made("dram", 0.0, 1.0), Made("dram", 0.0, 2.0)])
    assert run(Energy(_find=lambda: counters)).counters == {"dram#0": 1.0, "dram#1": 2.0}


def test_before_a_run_there_is_nothing():
    report = Energy().report
    assert math.isnan(report.energy_j)
    assert math.isnan(report.emissions_kg)


def test_each_run_has_a_log(tmp_path):
    energy = Energy(
        log_dir=tmp_path / "logs",
        project="test",
        grid_g_per_kwh=100,
        _find=lambda: Counters(cpu=[Made("package-0", 1.0, 3.0)]),
    )
    paths = []
    for error in (None, None, ValueError("bad tile")):
        run(energy, error)
        paths.append(energy.log_path)
    assert len(set(paths)) == 3
    assert sorted(paths) == sorted((tmp_path / "logs").iterdir())
    logs = [json.loads(path.read_text()) for path in paths]
    assert logs[0]["project"] == "test"
    assert logs[0]["energy_j"] == 2.0
    assert logs[0]["grid_g_per_kwh"] == 100
    assert logs[0]["tiles"] == 1
    assert logs[0]["input_shape"] == [4, 4]
    assert (logs[0]["finished"], logs[2]["finished"]) == (True, False)
    assert logs[2]["error"] == "ValueError: bad tile"


def test_a_log_has_null_for_nan(tmp_path):
    energy = Energy(log_dir=tmp_path, _find=lambda: Counters(cpu_missing="no"))
    run(energy)
    log = json.loads(energy.log_path.read_text(), parse_constant=pytest.fail)
    assert log["energy_j"] is None
    assert log["emissions_kg"] is None
    assert log["missing"] == ["no"]


@pytest.mark.parametrize("grid", [-1, math.nan, math.inf])
def test_an_impossible_grid_is_refused(grid):
    with pytest.raises(ValueError, match="grid_g_per_kwh"):
        Energy(grid_g_per_kwh=grid)


def test_this_machine_gives_floats_and_invents_nothing():
    report = run(Energy())
    for value in (report.cpu_j, report.gpu_j, report.energy_j, report.emissions_kg):
        assert isinstance(value, float)
    counters = find_counters()
    assert math.isnan(report.cpu_j) == bool(counters.cpu_missing)
    assert report.wall_s > 0


def zone(folder: pathlib.Path, name: str, energy_uj: int, range_uj: int = 1_000_000):
    folder.mkdir(parents=True)
    (folder / "name").write_text(name + "\n")
    (folder / "energy_uj").write_text(f"{energy_uj}\n")
    (folder / "max_energy_range_uj").write_text(f"{range_uj}\n")
    return folder


def test_rapl_takes_packages_and_memory_once(tmp_path):
    zone(tmp_path / "intel-rapl:0", "package-0", 100)
    zone(tmp_path / "intel-rapl:0:0", "core", 50)
    zone(tmp_path / "intel-rapl:0:1", "dram", 10)
    zone(tmp_path / "intel-rapl:1", "psys", 500)
    zone(tmp_path / "intel-rapl-mmio:0", "package-0", 100)
    zones, why = rapl_zones(tmp_path)
    assert [z.name for z in zones] == ["package-0", "dram"]
    assert why == ""


def test_rapl_survives_the_counter_beginning_anew(tmp_path):
    folder = zone(tmp_path / "intel-rapl:0", "package-0", 900_000, 1_000_000)
    counter = RaplZone(folder)
    first = counter.joules()
    (folder / "energy_uj").write_text("200000")
    assert counter.joules() - first == pytest.approx(0.3)
    (folder / "energy_uj").write_text("100000")
    assert counter.joules() - first == pytest.approx(1.2)


def test_rapl_says_why_not(tmp_path):
    assert "no counter" in rapl_zones(tmp_path)[1]
    assert "no counter" in rapl_zones(tmp_path / "none")[1]
    folder = zone(tmp_path / "intel-rapl:0", "package-0", 1)
    (folder / "energy_uj").unlink()
    (folder / "energy_uj").mkdir()  # unreadable for root too
    zones, why = rapl_zones(tmp_path)
    assert zones == []
    assert "intel-rapl:0" in why
    (folder / "energy_uj").rmdir()
    (folder / "energy_uj").write_text("what")
    assert rapl_zones(tmp_path)[0] == []


def test_without_a_driver_there_is_no_gpu():
    assert nvml_devices("libno-such-library.so.1") == ([], "")


def test_a_gpu_that_counts_nothing_says_so():
    library = SimpleNamespace(
        nvmlDeviceGetHandleByIndex_v2=lambda index, handle: 0,
        nvmlDeviceGetTotalEnergyConsumption=lambda handle, total: 3,
    )
    with pytest.raises(OSError, match=r"gpu-1.*error 3"):
        NvmlDevice(library, 1)


class Nvml:
    """NVML's functions, by hand: two GPUs that count thousandths of a joule."""

    def __init__(self, init=0, devices=2, error=0):
        self._init, self._devices, self._error = init, devices, error
        self.total_mj = [5_000, 7_000]

    def nvmlInit_v2(self):
        return self._init

    def nvmlDeviceGetCount_v2(self, count):
        count._obj.value = self._devices
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, index, handle):
        handle._obj.value = 1000 + index.value
        return 0

    def nvmlDeviceGetTotalEnergyConsumption(self, handle, total):
        total._obj.value = self.total_mj[handle.value - 1000]
        return self._error


def test_gpus_count_in_thousandths(monkeypatch):
    nvml = Nvml()
    monkeypatch.setattr(ctypes, "CDLL", lambda name: nvml)
    devices, why = nvml_devices()
    assert why == ""
    assert [device.name for device in devices] == ["gpu-0", "gpu-1"]
    assert [device.joules() for device in devices] == [5.0, 7.0]
    energy = Energy(_find=lambda: Counters(cpu=[Made("package-0", 0.0, 1.0)], gpu=devices))
    energy.on_processing_start({})
    nvml.total_mj[1] += 2_500
    energy.on_processing_end({})
    assert energy.report.gpu_j == 2.5
    assert energy.report.energy_j == 3.5


@pytest.mark.parametrize(
    ("nvml", "message"),
    [(Nvml(init=9), "does not start: error 9"), (Nvml(error=3), "no energy of gpu-0: error 3")],
)
def test_gpus_that_cannot_be_read_say_why(monkeypatch, nvml, message):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: nvml)
    devices, why = nvml_devices()
    assert devices == []
    assert message in why


def test_a_driver_without_gpus_counts_nothing(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: Nvml(devices=0))
    assert nvml_devices() == ([], "")


def test_counters_are_read_in_the_background(monkeypatch):
    monkeypatch.setattr(energy_module, "READ_INTERVAL_S", 0.005)
    reads = []

    class Counted(Made):
        def joules(self):
            reads.append(None)
            return float(len(reads))

    energy = Energy(_find=lambda: Counters(cpu=[Counted("package-0", 0.0)]))
    energy.on_processing_start({})
    for _ in range(1000):
        if len(reads) > 3:
            break
        energy_module.time.sleep(0.005)
    energy.on_processing_end({})
    assert len(reads) > 3
    assert energy.report.cpu_j == len(reads) - 1
