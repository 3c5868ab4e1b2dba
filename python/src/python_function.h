#pragma once
/// \file
/// A Python function as a TileFunction, and a Python object as a TileSource.

#include <nanobind/nanobind.h>

#include <memory>
#include <string>

#include "pantile/tile_function.h"
#include "pantile/tile_source.h"

namespace pantile::python {

namespace nb = nanobind;

/// A Python object that is let go of under the interpreter lock, wherever the last owner is.
///
/// Functions and readers are held by weak references: they may refer to the images that are made of
/// them, and Python's collector does not see a circle that leads through C++. The Image of Python
/// keeps them alive.
class SharedObject {
 public:
  explicit SharedObject(nb::object object) : object_(std::move(object)) {}
  ~SharedObject();
  SharedObject(const SharedObject&) = delete;
  SharedObject& operator=(const SharedObject&) = delete;
  const nb::object& get() const { return object_; }

 private:
  nb::object object_;
};

/// `adapter` is a weak reference. Calls `adapter()(tile, out, row, column, core, halo)` with arrays
/// over the engine's memory, and `adapter().batch(tiles, out, places)` with those of several tiles
/// and a list of (row, column, core, halo): what is given is read-only, `out` is to be filled (None:
/// nothing is asked for); core and halo are (x0, y0, x1, y1). The adapter keeps what was thrown; the error that is returned has
/// its text, and is `cancelled` where it is no Exception (KeyboardInterrupt).
class PythonFunction final : public TileFunction {
 public:
  PythonFunction(nb::object adapter, std::string name, std::string version, bool flat)
      : adapter_(std::move(adapter)), name_(std::move(name)), version_(std::move(version)),
        flat_(flat) {}
  std::string name() const override { return name_; }
  Fingerprint fingerprint() const override;
  Status apply(const FunctionTile& tile, View in, MutableView out) const override;
  Status apply_batch(std::span<const FunctionTile> tiles, View in, MutableView out) const override;

 private:
  SharedObject adapter_;
  std::string name_, version_;
  bool flat_;  ///< One channel: arrays of two dimensions.
};

/// An image that `reader()(t, z, c0, c1, y0, y1, x0, x1)` gives the pixels of, as arrays of axes
/// c, y, x;
/// `reader` is a weak reference.
class PythonSource final : public TileSource {
 public:
  PythonSource(nb::object reader, ImageSpec spec, std::string version, std::int64_t tile_px,
               int channels_together)
      : reader_(std::move(reader)), spec_(std::move(spec)), version_(std::move(version)),
        tile_px_(tile_px), channels_together_(channels_together) {}
  const ImageSpec& spec() const override { return spec_; }
  Cost cost(const Region& region) const override;
  Status read(const Region& region, MutableView out, ReadContext& ctx) const override;
  Fingerprint fingerprint() const override;
  std::int64_t tile_px() const override { return tile_px_; }
  int channels_together() const override { return channels_together_; }

 private:
  SharedObject reader_;
  ImageSpec spec_;
  std::string version_;
  std::int64_t tile_px_;
  int channels_together_;
};

}  // namespace pantile::python
