#include "io/zarr/image_arrays.h"

#include <fmt/format.h>

#include "io/zarr/array_fields.h"
#include "io/zarr/json_fields.h"
#include "io/zarr/ome_metadata.h"

namespace pantile::zarr {
namespace {

/// Reads metadata objects of one store and keeps their texts.
class MetadataReader {
 public:
  MetadataReader(const std::shared_ptr<const ByteStore>& store, ImageArrays& image)
      : store_(store), image_(image) {}

  std::string where(const std::string& key) const { return store_->name() + "/" + key; }

  Result<std::string> text(const std::string& key) {
    PANTILE_ASSIGN(const Bytes bytes, store_->read_at_most(key, kMaxMetadataBytes));
    image_.metadata_texts.emplace_back(as_text(bytes));
    return image_.metadata_texts.back();
  }

  /// Appends the array at `path` (empty: the root), whose metadata is v3's or v2's.
  Status add_array(const std::string& path, bool v3) {
    const std::string key = (path.empty() ? "" : path + "/") + (v3 ? "zarr.json" : ".zarray");
    PANTILE_ASSIGN(const auto json, text(key));
    PANTILE_ASSIGN(auto metadata,
                   v3 ? parse_array_v3(json, where(key)) : parse_array_v2(json, where(key)));
    PANTILE_ASSIGN(auto reader, ArrayReader::make(store_, path, std::move(metadata)));
    image_.arrays.push_back(std::move(reader));
    return {};
  }

 private:
  const std::shared_ptr<const ByteStore>& store_;
  ImageArrays& image_;
};

/// Sizes from the arrays; all must agree in type, axes and everything but y and x.
Status fill_spec(ImageArrays& image, const std::string& where) {
  const ArrayMetadata& first = image.arrays.front()->metadata();
  const LevelAxes& axes = image.axes;
  ImageSpec& spec = image.spec;
  spec.dtype = first.dtype;
  spec.t = axes.extent(first.shape, axes.t);
  spec.z = axes.extent(first.shape, axes.z);
  if (spec.t > kMaxPlanes / spec.z) {
    return unsupported(where, fmt::format("{} x {} planes along t and z", spec.t, spec.z));
  }
  const std::int64_t channels = axes.extent(first.shape, axes.c);
  if (channels > kMaxChannels) return unsupported(where, fmt::format("{} channels", channels));
  spec.channels = static_cast<int>(channels);
  spec.levels.resize(image.arrays.size());
  for (std::size_t i = 0; i < image.arrays.size(); ++i) {
    const ArrayMetadata& array = image.arrays[i]->metadata();
    if (array.dtype != first.dtype || array.rank() != first.rank() ||
        axes.extent(array.shape, axes.c) != channels) {
      return Error(
          Code::corrupt,
          fmt::format("{}: level {} differs from level 0 in type, axes or channels", where, i));
    }
    if (axes.extent(array.shape, axes.t) != spec.t || axes.extent(array.shape, axes.z) != spec.z) {
      return unsupported(where, "an image whose levels differ in t or z");
    }
    spec.levels[i].width = axes.extent(array.shape, axes.x);
    spec.levels[i].height = axes.extent(array.shape, axes.y);
  }
  return {};
}

Result<ImageArrays> open_group(MetadataReader& reader, ImageArrays& image, std::string_view text,
                               const std::string& where, bool v3) {
  PANTILE_ASSIGN(const OmeImage ome, parse_ome_attributes(text, where));
  for (const OmeDataset& dataset : ome.datasets) PANTILE_TRY(reader.add_array(dataset.path, v3));
  if (ome.axes.size() != image.arrays.front()->metadata().rank()) {
    return Error(Code::corrupt, where + ": its axes do not match its arrays");
  }
  PANTILE_ASSIGN(image.axes, axes_from_names(ome.axes, where));
  PANTILE_TRY(fill_spec(image, where));
  ImageSpec& spec = image.spec;
  spec.name = ome.name;
  spec.unit = ome.unit;
  spec.kind = kind_of(ome, spec.channels, spec.dtype);
  if (ome.channels.size() == static_cast<std::size_t>(spec.channels)) {
    spec.channel_info = ome.channels;
  }
  const auto x = static_cast<std::size_t>(image.axes.x), y = static_cast<std::size_t>(image.axes.y);
  for (std::size_t i = 0; i < spec.levels.size(); ++i) {
    const OmeDataset& dataset = ome.datasets[i];
    spec.levels[i].scale = {dataset.scale[x], dataset.scale[y]};
    spec.levels[i].offset = {dataset.translation[x], dataset.translation[y]};
  }
  const auto step_of = [&](int axis, const std::string& unit) {
    if (axis < 0) return PlaneStep{};
    const auto i = static_cast<std::size_t>(axis);
    const OmeDataset& dataset = ome.datasets.front();
    return PlaneStep{dataset.scale[i], dataset.translation[i], unit};
  };
  spec.t_step = step_of(image.axes.t, ome.t_unit);
  spec.z_step = step_of(image.axes.z, ome.z_unit);
  image.pantile_json = ome.pantile_json;
  image.format = "OME-Zarr " + ome.version;
  return std::move(image);
}

Result<ImageArrays> open_array(MetadataReader& reader, ImageArrays& image, const std::string& where,
                               bool v3) {
  PANTILE_TRY(reader.add_array("", v3));
  PANTILE_ASSIGN(image.axes, axes_of_array(image.arrays.front()->metadata(), where));
  PANTILE_TRY(fill_spec(image, where));
  const bool colour = image.spec.dtype == DType::u8 && image.axes.c >= 0;
  if (colour && image.spec.channels == 3) image.spec.kind = Kind::rgb;
  if (colour && image.spec.channels == 4) image.spec.kind = Kind::rgba;
  image.format = v3 ? "Zarr v3" : "Zarr v2";
  return std::move(image);
}

}  // namespace

Result<ImageArrays> open_root(const std::shared_ptr<const ByteStore>& store) {
  ImageArrays image;
  MetadataReader reader(store, image);
  PANTILE_ASSIGN(const bool v3, store->exists("zarr.json"));
  if (v3) {
    const std::string where = reader.where("zarr.json");
    PANTILE_ASSIGN(const auto text, reader.text("zarr.json"));
    PANTILE_ASSIGN(const Json root, parse_json(text, where));
    PANTILE_TRY(check_zarr_format(root, 3, where));
    PANTILE_ASSIGN(const auto node, string_member(root, "node_type", where));
    if (node == "array") {
      image.metadata_texts.clear();  // it is read once more, as an array
      return open_array(reader, image, where, true);
    }
    const Json* attributes = find_member(root, "attributes");
    const std::string attributes_text = attributes == nullptr ? "{}" : attributes->dump();
    return open_group(reader, image, attributes_text, where, true);
  }
  PANTILE_ASSIGN(const bool v2_array, store->exists(".zarray"));
  if (v2_array) return open_array(reader, image, reader.where(".zarray"), false);
  PANTILE_ASSIGN(const bool v2_group, store->exists(".zattrs"));
  if (v2_group) {
    PANTILE_ASSIGN(const auto text, reader.text(".zattrs"));
    return open_group(reader, image, text, reader.where(".zattrs"), false);
  }
  PANTILE_ASSIGN(const bool unfinished, store->exists("0/zarr.json"));
  if (unfinished) {
    return Error(Code::not_found, store->name() +
                                      " is an image still being written; run its job "
                                      "again to finish it");
  }
  return Error(Code::not_found,
               store->name() + " holds no zarr.json, .zarray or .zattrs; it is not a Zarr image");
}

Result<ImageArrays> open_arrays(const std::shared_ptr<const ByteStore>& store,
                                const ImageSpec& spec) {
  ImageArrays image;
  MetadataReader reader(store, image);
  for (std::size_t i = 0; i < spec.levels.size(); ++i) {
    PANTILE_TRY(reader.add_array(fmt::to_string(i), true));
  }
  if (image.arrays.empty()) return Error(Code::invalid, "an image without levels");
  PANTILE_ASSIGN(image.axes, axes_of_array(image.arrays.front()->metadata(), store->name()));
  PANTILE_TRY(fill_spec(image, store->name()));
  for (std::size_t i = 0; i < spec.levels.size(); ++i) {
    if (image.spec.levels[i].width != spec.levels[i].width ||
        image.spec.levels[i].height != spec.levels[i].height || image.spec.dtype != spec.dtype ||
        image.spec.channels != spec.channels || image.spec.t != spec.t || image.spec.z != spec.z) {
      return Error(Code::conflict,
                   fmt::format("{}: level {} is not of the image expected", store->name(), i));
    }
  }
  image.spec = spec;
  image.format = "OME-Zarr 0.5";
  return image;
}

}  // namespace pantile::zarr
