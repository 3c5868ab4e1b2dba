#include "pantile/image.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "arrays.h"
#include "bindings.h"
#include "errors.h"
#include "job.h"
#include "ops/array/array_source.h"
#include "ops/cache/cached_source.h"
#include "pantile/generate.h"
#include "python_function.h"
#include "summaries.h"

namespace pantile::python {
namespace {

using Corners = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t>;

ImageSpec spec_of(const Layout& layout, const std::string& name, bool is_mask) {
  ImageSpec spec;
  spec.name = name;
  spec.channels = layout.channels;
  spec.dtype = layout.dtype;
  if (is_mask) spec.kind = Kind::mask;
  spec.levels = {{.width = layout.width, .height = layout.height, .scale = {}, .offset = {}}};
  return spec;
}

std::pair<double, std::string> step_of(const PlaneStep& step) { return {step.scale, step.unit}; }

Image from_array(const ReadableArray& array, const std::string& axes, const std::string& name,
                 nb::object owner) {
  const Layout layout = layout_of(array, axes);
  const bool is_mask =
      array.dtype().code == static_cast<std::uint8_t>(nb::dlpack::dtype_code::Bool);
  const View view(static_cast<const std::byte*>(static_cast<const void*>(array.data())), layout);
  struct Kept {
    ReadableArray array;
    SharedObject owner;
    ~Kept() {
      const nb::gil_scoped_acquire lock;
      array = ReadableArray();
    }
  };
  auto kept = std::shared_ptr<Kept>(new Kept{array, SharedObject(std::move(owner))});
  ImageSpec spec = spec_of(layout, name, is_mask);
  PlaneStrides planes;
  std::tie(spec.t, planes.t) = planes_along(array, axes, 't');
  std::tie(spec.z, planes.z) = planes_along(array, axes, 'z');
  std::shared_ptr<const TileSource> source =
      value_or_raise(ArraySource::make(view, std::move(kept), std::move(spec), planes));
  return value_or_raise(Image::of(std::move(source)));
}

DType dtype_named(const std::string& name) {
  const std::optional<DType> dtype = dtype_from_name(name);
  if (!dtype) throw nb::type_error((name + " is not a type of samples").c_str());
  return *dtype;
}

/// `shape`: t, channels, z, height, width.
Image from_object(nb::object reader,
                  const std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                                   std::int64_t>& shape,
                  const std::string& dtype, std::int64_t tile_px, int channels_together,
                  const std::string& name, const std::string& version) {
  const auto [t, channels, z, height, width] = shape;
  Layout layout;
  layout.dtype = dtype_named(dtype);
  layout.height = height;
  layout.width = width;
  layout.channels = static_cast<int>(channels);
  ImageSpec spec = spec_of(layout, name, false);
  spec.t = t;
  spec.z = z;
  return value_or_raise(Image::of(CachedSource::over(
      std::make_shared<PythonSource>(
      std::move(reader), std::move(spec), version, tile_px, channels_together))));
}

template <class Choice> Choice choice(const std::string& word, const char* what) {
  std::string all;
  for (const Word<Choice>& w : words_of<Choice>()) {
    if (w.word == word) return w.value;
    all.append(all.empty() ? "" : ", ").append(w.word);
  }
  throw nb::value_error((std::string(what) + " is \"" + word + "\": expected " + all).c_str());
}

Image formula(const std::string& expression, std::int64_t width, std::int64_t height,
              double center_x, double center_y, std::optional<double> scale, int samples,
              const std::string& precision, const std::string& store) {
  GenerateOptions options;
  options.formula = expression;
  options.width = width;
  options.height = height;
  options.center_x = center_x;
  options.center_y = center_y;
  options.scale = scale;
  options.samples = samples;
  options.precision = choice<Precision>(precision, "precision");
  options.store = choice<StoreKind>(store, "store");
  std::optional<Result<Image>> image;
  {
    const nb::gil_scoped_release unlocked;
    image = Image::formula(options);
  }
  return value_or_raise(*std::move(image));
}

Image map_function(const Image& image, nb::object adapter, const std::string& name,
                   const std::string& version, bool flat, const FunctionOptions& options) {
  return value_or_raise(
      image.map(std::make_shared<PythonFunction>(std::move(adapter), name, version, flat),
                options));
}

void visit(const Image& image, nb::object adapter, const std::string& name, bool flat,
           const FunctionOptions& options, int threads, nb::object listener) {
  CancelToken cancel;
  PythonListener heard(std::move(listener), cancel);
  const RunOptions run = run_options(threads, 0, cancel, heard);
  const auto function =
      std::make_shared<PythonFunction>(std::move(adapter), name, std::string(), flat);
  Status done;
  run_beside(cancel, heard, [&] { done = image.visit(function, options, run); });
  raise_if(done);
}

/// By its name; throws ValueError.
Boundary boundary_named(const std::string& name) {
  for (const Boundary b :
       {Boundary::reflect, Boundary::nearest, Boundary::constant, Boundary::wrap}) {
    if (boundary_name(b) == name) return b;
  }
  throw nb::value_error(
      ("boundary is \"" + name + "\": expected reflect, nearest, constant or wrap").c_str());
}

Blend blend_named(const std::string& name) {
  constexpr std::pair<const char*, Blend> kAll[] = {{"nearest", Blend::nearest},  // None of Python
                                                    {"mean", Blend::mean},
                                                    {"hann", Blend::hann},
                                                    {"gaussian", Blend::gaussian}};
  for (const auto& [word, blend] : kAll) {
    if (name == word) return blend;
  }
  throw nb::value_error(
      ("blend is \"" + name + "\": expected hann, gaussian, mean or None").c_str());
}

void bind_function_options(nb::module_& module) {
  using O = FunctionOptions;
  nb::class_<O>(module, "FunctionOptions")
      .def(nb::init<>())
      .def_rw("tile_px", &O::tile_px)
      .def_rw("halo_px", &O::halo_px)
      .def_rw("channels", &O::channels)
      .def_rw("batch", &O::batch)
      .def_rw("outside", &O::outside)
      .def_rw("overlap_px", &O::overlap_px)
      .def_rw("cache_bytes", &O::cache_bytes)
      .def("set_stitch", [](O& o, double least) { o.stitch = least; })
      .def("set_blend", [](O& o, const std::string& name) { o.blend = blend_named(name); })
      .def("set_dtype",
           [](O& o, const std::string& name) {
             o.dtype = dtype_named(name);
             o.has_dtype = true;
           })
      .def("set_boundary",
           [](O& o, const std::string& name) { o.boundary = boundary_named(name); });
}

/// All of it; `out` has axes t, c, z, y, x.
void compute(const Image& image, const WritableArray& out, int threads, nb::object listener) {
  constexpr std::string_view kAxes = "tczyx";
  const ReadableArray readable(out);
  const Layout layout = layout_of(readable, kAxes);
  const PlaneStrides planes{planes_along(readable, kAxes, 't').second,
                            planes_along(readable, kAxes, 'z').second};
  const MutableView view(static_cast<std::byte*>(out.data_handle()) + out.byte_offset(), layout);
  CancelToken cancel;
  PythonListener heard(std::move(listener), cancel);
  const RunOptions run = run_options(threads, 0, cancel, heard);
  Status done;
  run_beside(cancel, heard, [&] { done = image.compute_all(view, planes, run); });
  raise_if(done);
}

nb::dict write(const Image& image, const std::string& path, const WriteOptions& options,
               bool restart, int threads, std::int64_t memory_bytes, nb::object listener) {
  CancelToken cancel;
  PythonListener heard(std::move(listener), cancel);
  RunOptions run = run_options(threads, memory_bytes, cancel, heard);
  run.restart = restart;
  std::optional<Result<JobSummary>> summary;
  run_beside(cancel, heard, [&] { summary = image.write(path, options, run); });
  return summary_dict(value_or_raise(*std::move(summary)));
}

nb::dict regions(const Image& labels, int channel, const Image* values, int value_channel,
                 int threads, nb::object listener) {
  CancelToken cancel;
  PythonListener heard(std::move(listener), cancel);
  const RunOptions run = run_options(threads, 0, cancel, heard);
  std::optional<Result<Regions>> made;
  run_beside(cancel, heard, [&] { made = labels.regions(channel, values, value_channel, run); });
  Regions found = value_or_raise(*std::move(made));
  nb::dict all;
  std::vector<std::int64_t> x0, y0, x1, y1;
  for (const Rect& r : found.bounds) {
    x0.push_back(r.x0);
    y0.push_back(r.y0);
    x1.push_back(r.x1);
    y1.push_back(r.y1);
  }
  all["label"] = owned_array(std::move(found.labels));
  all["area"] = owned_array(std::move(found.area));
  all["x0"] = owned_array(std::move(x0));
  all["y0"] = owned_array(std::move(y0));
  all["x1"] = owned_array(std::move(x1));
  all["y1"] = owned_array(std::move(y1));
  all["center_x"] = owned_array(std::move(found.center_x));
  all["center_y"] = owned_array(std::move(found.center_y));
  if (values != nullptr) {
    all["mean"] = owned_array(std::move(found.mean));
    all["min"] = owned_array(std::move(found.least));
    all["max"] = owned_array(std::move(found.greatest));
  }
  return all;
}

}  // namespace

void bind_image(nb::module_& module) {
  bind_function_options(module);
  nb::class_<WriteOptions>(module, "WriteOptions")
      .def(nb::init<>())
      .def_rw("tile_px", &WriteOptions::tile_px)
      .def_rw("shard_px", &WriteOptions::shard_px)
      .def_rw("zstd_level", &WriteOptions::zstd_level)
      .def_prop_rw(
          "tiff_compression",
          [](const WriteOptions& o) { return std::string(word_for(o.tiff.compression)); },
          [](WriteOptions& o, const std::string& word) {
            o.tiff.compression = choice<TiffCompression>(word, "compression");
          });

  nb::class_<Image>(module, "Image")
      .def_static("open", [](const std::string& path) {
        std::optional<Result<Image>> image;
        {
          const nb::gil_scoped_release unlocked;
          image = Image::open(path);
        }
        return value_or_raise(*std::move(image));
      })
      .def_static("formula", &formula, nb::arg("expression"), nb::arg("width"), nb::arg("height"),
                  nb::arg("center_x"), nb::arg("center_y"), nb::arg("scale").none(),
                  nb::arg("samples"), nb::arg("precision"), nb::arg("store"))
      .def_static("from_array", &from_array, nb::arg("array"), nb::arg("axes"), nb::arg("name"),
                  nb::arg("owner"))
      .def_static("from_object", &from_object, nb::arg("reader"), nb::arg("shape"),
                  nb::arg("dtype"), nb::arg("tile_px"), nb::arg("channels_together"),
                  nb::arg("name"), nb::arg("version"))
      .def_prop_ro("t", [](const Image& i) { return i.spec().t; })
      .def_prop_ro("z", [](const Image& i) { return i.spec().z; })
      .def_prop_ro("t_step", [](const Image& i) { return step_of(i.spec().t_step); })
      .def_prop_ro("z_step", [](const Image& i) { return step_of(i.spec().z_step); })
      .def_prop_ro("channels", [](const Image& i) { return i.spec().channels; })
      .def_prop_ro("height", [](const Image& i) { return i.spec().levels.front().height; })
      .def_prop_ro("width", [](const Image& i) { return i.spec().levels.front().width; })
      .def_prop_ro("dtype", [](const Image& i) { return std::string(dtype_name(i.spec().dtype)); })
      .def_prop_ro("kind", [](const Image& i) { return std::string(kind_name(i.spec().kind)); })
      .def_prop_ro("name", [](const Image& i) { return i.spec().name; })
      .def_prop_ro("unit", [](const Image& i) { return i.spec().unit; })
      .def_prop_ro("scale",
                   [](const Image& i) {
                     const Scale2& s = i.spec().levels.front().scale;
                     return std::pair(s.y, s.x);
                   })
      .def_prop_ro("channel_names",
                   [](const Image& i) {
                     nb::list names;
                     for (const ChannelInfo& c : i.spec().channel_info) {
                       names.append(nb::str(c.name.c_str()));
                     }
                     return names;
                   })
      .def_prop_ro("tile_px", [](const Image& i) { return i.source()->tile_px(); })
      .def("fingerprint",
           [](const Image& i) {
             const nb::gil_scoped_release unlocked;
             return i.source()->fingerprint().hex();
           })
      .def("apply",
           [](const Image& i, const std::string& operators, const std::vector<Image>& others) {
             return value_or_raise(i.apply(operators, others));
           })
      .def("crop",
           [](const Image& i, const Corners& corners, int c0, int c1) {
             const auto [x0, y0, x1, y1] = corners;
             return value_or_raise(i.crop({x0, y0, x1, y1}, c0, c1));
           })
      .def("planes",
           [](const Image& i, std::int64_t t0, std::int64_t t1, std::int64_t z0, std::int64_t z1) {
             return value_or_raise(i.planes(t0, t1, z0, z1));
           })
      .def("label",
           [](const Image& i, int connectivity) { return value_or_raise(i.label(connectivity)); })
      .def("regions", &regions, nb::arg("channel"), nb::arg("values").none(),
           nb::arg("value_channel"), nb::arg("threads"), nb::arg("listener").none())
      .def("map", &map_function, nb::arg("adapter"), nb::arg("name"), nb::arg("version"),
           nb::arg("flat"), nb::arg("options"))
      .def("visit", &visit, nb::arg("adapter"), nb::arg("name"), nb::arg("flat"),
           nb::arg("options"), nb::arg("threads"), nb::arg("listener").none())
      .def("compute", &compute, nb::arg("out"), nb::arg("threads"), nb::arg("listener").none())
      .def("write", &write, nb::arg("path"), nb::arg("options"), nb::arg("restart"),
           nb::arg("threads"), nb::arg("memory_bytes"), nb::arg("listener").none());
}

}  // namespace pantile::python
