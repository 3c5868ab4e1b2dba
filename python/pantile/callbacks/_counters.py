"""Counters of energy that a Linux machine keeps: RAPL's of CPUs and memory, NVML's of GPUs.

Each counter says the joules since it began; what cannot be read says why.
"""

from __future__ import annotations

import ctypes
import pathlib
from dataclasses import dataclass, field
from typing import Protocol

POWERCAP = pathlib.Path("/sys/class/powercap")


class Counter(Protocol):
    """Something that counts joules upwards."""

    name: str

    def joules(self) -> float:
        """Joules since the counter began.

        Raises
        ------
        OSError
            It cannot be read now.
        """
        ...


@dataclass
class Counters:
    """The counters of one machine, and why there are no more."""

    cpu: list[Counter] = field(default_factory=list)
    gpu: list[Counter] = field(default_factory=list)
    cpu_missing: str = ""
    gpu_missing: str = ""


class RaplZone:
    """A counter below ``/sys/class/powercap``, which begins anew at `max_energy_range_uj`."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._energy = folder / "energy_uj"
        self.name = (folder / "name").read_text().strip()
        self._range_uj = int((folder / "max_energy_range_uj").read_text())
        self._last_uj = self._read()
        self._wraps = 0

    def _read(self) -> int:
        try:
            return int(self._energy.read_text())
        except ValueError as error:
            raise OSError(f"{self._energy}: {error}") from error

    def joules(self) -> float:
        """Joules; seen at least once in every round of the counter, or a round is lost."""
        now_uj = self._read()
        if now_uj < self._last_uj:
            self._wraps += 1
        self._last_uj = now_uj
        return (self._wraps * self._range_uj + now_uj) * 1e-6


def rapl_zones(powercap: pathlib.Path = POWERCAP) -> tuple[list[Counter], str]:
    """Find the counters of CPU packages and their memory; and why they cannot be read.

    The cores' counters are part of the packages', psys counts packages again, and so does
    intel-rapl-mmio: all are left out.
    """
    zones: list[Counter] = []
    folders = sorted(powercap.glob("intel-rapl:*")) if powercap.is_dir() else []
    for folder in folders:
        try:
            name = (folder / "name").read_text().strip()
            if name.startswith("package") or name == "dram":
                zones.append(RaplZone(folder))
        except (OSError, ValueError) as error:
            return [], f"{folder}: {_why(error)}"
    if not any(zone.name.startswith("package") for zone in zones):
        return [], f"{powercap}: there is no counter of a CPU package"
    return zones, ""


class NvmlDevice:
    """The counter of one NVIDIA GPU, Volta or newer."""

    def __init__(self, library: ctypes.CDLL, index: int) -> None:
        self.name = f"gpu-{index}"
        self._library = library
        self._handle = ctypes.c_void_p()
        code = library.nvmlDeviceGetHandleByIndex_v2(
            ctypes.c_uint(index), ctypes.byref(self._handle)
        )
        if code != 0:
            raise OSError(f"NVML opens no GPU {index}: error {code}")
        self.joules()

    def joules(self) -> float:
        """Joules since the driver was loaded."""
        total_mj = ctypes.c_ulonglong()
        code = self._library.nvmlDeviceGetTotalEnergyConsumption(
            self._handle, ctypes.byref(total_mj)
        )
        if code != 0:
            raise OSError(f"NVML counts no energy of {self.name}: error {code}")
        return total_mj.value * 1e-3


def nvml_devices(library: str = "libnvidia-ml.so.1") -> tuple[list[Counter], str]:
    """Find the counters of NVIDIA's GPUs; and why they cannot be read.

    No driver, or none of its GPUs, is no reason: then there is nothing to count.
    """
    try:
        nvml = ctypes.CDLL(library)
    except OSError:
        return [], ""
    devices: list[Counter] = []
    try:
        code = nvml.nvmlInit_v2()
        if code != 0:
            return [], f"NVML does not start: error {code}"
        count = ctypes.c_uint()
        code = nvml.nvmlDeviceGetCount_v2(ctypes.byref(count))
        if code != 0:
            return [], f"NVML counts no GPUs: error {code}"
        for index in range(count.value):
            devices.append(NvmlDevice(nvml, index))
    except (OSError, AttributeError) as error:  # an old library lacks functions
        return [], _why(error)
    return devices, ""


def find_counters() -> Counters:
    """Find all counters of this machine."""
    cpu, cpu_missing = rapl_zones()
    gpu, gpu_missing = nvml_devices()
    return Counters(cpu, gpu, cpu_missing, gpu_missing)


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)
