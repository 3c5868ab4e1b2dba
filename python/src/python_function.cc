#include "python_function.h"

#include <nanobind/stl/string.h>

#include <stdexcept>

#include "arrays.h"
#include "core/copy.h"

namespace pantile::python {
namespace {

Error error_of(const nb::python_error& error) {
  const nb::object type = nb::borrow(error.type()).attr("__name__");
  std::string text = nb::cast<std::string>(nb::str(type)) + ": " +
                     nb::cast<std::string>(nb::str(error.value()));
  const bool is_failure = error.matches(PyExc_Exception);
  return Error(is_failure ? Code::invalid : Code::cancelled, std::move(text));
}

/// What a weak reference refers to.
nb::object alive(const SharedObject& reference) {
  nb::object object = reference.get()();
  if (object.is_none()) throw std::runtime_error("the image that it belongs to is gone");
  return object;
}

nb::tuple corners(const Rect& r) { return nb::make_tuple(r.x0, r.y0, r.x1, r.y1); }

}  // namespace

SharedObject::~SharedObject() {
  // At the interpreter's end there is nothing left to give back to.
  if (Py_IsInitialized() == 0) {
    object_.release();
    return;
  }
  const nb::gil_scoped_acquire lock;
  object_.reset();
}

Fingerprint PythonFunction::fingerprint() const {
  return fingerprint_of("python function 1\n" + name_ + "\n" + version_);
}

namespace {

/// `call()` under the interpreter lock; what it throws as an error.
template <class Call> Status locked(const Call& call) {
  const nb::gil_scoped_acquire lock;
  try {
    call();
    return {};
  } catch (nb::python_error& error) {
    return error_of(error);
  } catch (const std::exception& error) {
    return Error(Code::internal, error.what());
  }
}

}  // namespace

Status PythonFunction::apply(const FunctionTile& tile, View in, MutableView out) const {
  return locked([&] {
    const nb::object to = out.data() == nullptr ? nb::none() : array_of(out, flat_, true);
    alive(adapter_)(array_of(in, flat_, false), to, tile.row, tile.column, corners(tile.core),
                   corners(tile.halo));
  });
}

Status PythonFunction::apply_batch(std::span<const FunctionTile> tiles, View in,
                                   MutableView out) const {
  return locked([&] {
    nb::list places;
    for (const FunctionTile& tile : tiles) {
      places.append(nb::make_tuple(tile.row, tile.column, corners(tile.core), corners(tile.halo)));
    }
    const auto n = static_cast<int>(tiles.size());
    const nb::object to = out.data() == nullptr ? nb::none() : arrays_of(out, n, flat_, true);
    alive(adapter_).attr("batch")(arrays_of(in, n, flat_, false), to, places);
  });
}

Cost PythonSource::cost(const Region& region) const {
  // The array that it gives, and what it may take to make it.
  return {2 * region.rect.area() * region.channels() *
              static_cast<std::int64_t>(dtype_bytes(spec_.dtype)),
          0};
}

Status PythonSource::read(const Region& region, MutableView out, ReadContext&) const {
  PANTILE_TRY(check_read(spec_, region, out));
  const nb::gil_scoped_acquire lock;
  try {
    const Rect& r = region.rect;
    const nb::object given = alive(reader_)(region.t, region.z, region.c0, region.c1, r.y0, r.y1, r.x0,
                                                 r.x1);
    const auto array = nb::cast<ReadableArray>(given);
    const Layout layout = layout_of(array, "cyx");
    if (layout.dtype != spec_.dtype || layout.height != r.height() || layout.width != r.width() ||
        layout.channels != region.channels()) {
      return Error(Code::invalid, spec_.name + " gave an array of another shape or type than it "
                                               "said");
    }
    copy_pixels(View(static_cast<const std::byte*>(static_cast<const void*>(array.data())), layout),
                out);
    return {};
  } catch (nb::python_error& error) {
    return error_of(error).with_context("reading " + spec_.name);
  } catch (const std::exception& error) {
    return Error(Code::invalid, spec_.name + ": " + error.what());
  }
}

Fingerprint PythonSource::fingerprint() const {
  return fingerprint_of("python source 1\n" + spec_.name + "\n" + version_);
}

}  // namespace pantile::python
