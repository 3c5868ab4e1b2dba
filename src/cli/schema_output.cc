// What lies on disk: [output] and [tiff].
#include "cli/schema_options.h"
#include "cli/setters.h"

namespace pantile::cli {
namespace {

constexpr unsigned kJob = kGenerate | kPlan | kValidate;
constexpr unsigned kFile = kConvert | kProcess;
constexpr unsigned kWriter = kJob | kFile;

void add_folder(std::vector<Option>& options) {
  options.push_back(or_auto(
      text_option({.key = "output.out",
                   .flag = "--out",
                   .value_name = "FOLDER",
                   .group = "Output",
                   .help = "Folder of the job; an interrupted job goes on in it. auto is "
                           "NAME-YYYYMMDD-HHMMSS in the current folder.",
                   .range = "a new or empty folder, or the same job's",
                   .example = "run1",
                   .commands = kGenerate | kPlan},
                  [](auto& s) -> auto& { return s.generate.out; }),
      [](Settings& s) { s.generate.out.clear(); },
      [](const Settings& s) { return s.generate.out.empty(); }));
  options.push_back({.key = "output.name",
                     .flag = "--name",
                     .type = Type::text,
                     .value_name = "NAME",
                     .group = "Output",
                     .help = "Name of the picture, in the metadata and in the default folder.",
                     .range = "1 to 100 bytes, no '/'",
                     .example = "ripples",
                     .commands = kJob,
                     .set = [](std::string_view text, Settings& s) -> Status {
                       PANTILE_ASSIGN(s.generate.name, parse_name(text));
                       return {};
                     },
                     .show = [](const Settings& s) { return s.generate.name; }});
  options.push_back(choice_option<StoreKind>(
      {.key = "output.store",
       .flag = "--store",
       .value_name = "KIND",
       .group = "Output",
       .help = "What the store keeps of a pixel: its colour, or its value (which `convert` and "
               "`preview` can colour again later).",
       .example = "value-u16",
       .commands = kJob},
      [](auto& s) -> auto& { return s.generate.store; }));
}

void add_layout(std::vector<Option>& options) {
  options.push_back(integer_option({.key = "output.zstd_level",
                                    .flag = "--zstd-level",
                                    .value_name = "LEVEL",
                                    .group = "Output",
                                    .help = "Compression level of the OME-Zarr store.",
                                    .example = "3",
                                    .commands = kWriter},
                                   1, 19, [](auto& s) -> auto& { return s.generate.zstd_level; }));
  options.push_back(or_auto(
      integer_option({.key = "output.tile",
                      .flag = "--tile",
                      .value_name = "PIXELS",
                      .group = "Output",
                      .help = "Edge of chunks and TIFF tiles. auto is 512, and 1024 from 524288 "
                              "pixels a side on.",
                      .range = "64 to 4096, a multiple of 16",
                      .example = "256",
                      .commands = kWriter},
                     64, 4096, [](auto& s) -> auto& { return s.generate.tile_px; }),
      [](Settings& s) { s.generate.tile_px = 0; },
      [](const Settings& s) { return s.generate.tile_px == 0; }));
  options.push_back(or_auto(
      integer_option({.key = "output.shard",
                      .flag = "--shard",
                      .value_name = "PIXELS",
                      .group = "Output",
                      .help = "Edge of shards, the units that are committed to disk and never "
                              "done twice. auto is the largest doubling of the tile up to 4096 "
                              "that holds at most 64 MiB of pixels.",
                      .range = "64 to 65536, a multiple of the tile edge",
                      .example = "8192",
                      .commands = kWriter},
                     64, 65536, [](auto& s) -> auto& { return s.generate.shard_px; }),
      [](Settings& s) { s.generate.shard_px = 0; },
      [](const Settings& s) { return s.generate.shard_px == 0; }));
  options.push_back({.key = "output.previews",
                     .flag = "--previews",
                     .type = Type::previews,
                     .value_name = "LIST",
                     .group = "Output",
                     .help = "PNG previews: widths or WxH boxes that the picture fits into, each "
                             "with an optional name.",
                     .range = "none, or [name:]W[xH],...",
                     .example = "1024,thumb:512x512",
                     .commands = kJob,
                     .set = [](std::string_view text, Settings& s) -> Status {
                       PANTILE_ASSIGN(s.generate.previews, parse_previews(text));
                       return {};
                     },
                     .show = [](const Settings& s) { return show_previews(s.generate.previews); }});
}

void add_tiff(std::vector<Option>& options) {
  const auto compression = [](auto& s) -> auto& { return s.generate.tiff.compression; };
  options.push_back(on_off_option({.key = "tiff.enabled",
                                   .flag = "--tiff",
                                   .group = "TIFF",
                                   .help = "Write image.tiff beside the store.",
                                   .example = "off",
                                   .commands = kJob},
                                  [](auto& s) -> auto& { return s.generate.tiff.enabled; }));
  options.push_back(choice_option<TiffDialect>(
      {.key = "tiff.dialect",
       .flag = "--tiff-dialect",
       .value_name = "DIALECT",
       .group = "TIFF",
       .help = "How levels are linked: SubIFDs with OME metadata, or successive pages (for "
               "OpenSlide and generic viewers).",
       .example = "pages",
       .commands = kWriter},
      [](auto& s) -> auto& { return s.generate.tiff.dialect; }));
  options.push_back(
      choice_option<TiffCompression>({.key = "tiff.compression",
                                      .flag = "--tiff-compression",
                                      .value_name = "CODEC",
                                      .group = "TIFF",
                                      .help = "Compression of the TIFF's tiles; jpeg is lossy.",
                                      .example = "zstd",
                                      .commands = kJob},
                                     compression));
  options.push_back(
      choice_option<TiffCompression>({.flag = "--compression",
                                      .value_name = "CODEC",
                                      .group = "TIFF",
                                      .help = "Compression of the TIFF's tiles; jpeg is lossy.",
                                      .example = "zstd",
                                      .commands = kFile},
                                     compression));
  options.push_back(or_auto(
      integer_option({.key = "tiff.level",
                      .flag = "--tiff-level",
                      .value_name = "LEVEL",
                      .group = "TIFF",
                      .help = "Compression level of deflate (1 to 12) and zstd (1 to 19). auto is "
                              "a deflate made for 8-bit colour (3 for other pixels) and zstd 1.",
                      .range = "1 to 19",
                      .example = "6",
                      .commands = kWriter},
                     1, 19, [](auto& s) -> auto& { return s.generate.tiff.level; }),
      [](Settings& s) { s.generate.tiff.level = -1; },
      [](const Settings& s) { return s.generate.tiff.level < 0; }));
  options.push_back(integer_option({.key = "tiff.jpeg_quality",
                                    .flag = "--jpeg-quality",
                                    .value_name = "Q",
                                    .group = "TIFF",
                                    .help = "Quality of jpeg tiles.",
                                    .example = "95",
                                    .commands = kWriter},
                                   1, 100,
                                   [](auto& s) -> auto& { return s.generate.tiff.jpeg_quality; }));
  options.push_back(on_off_option(
      {.key = "tiff.predictor",
       .flag = "--tiff-predictor",
       .group = "TIFF",
       .help = "Horizontal differencing before deflate, zstd and lzw. It helps photographs and "
               "makes most formula pictures larger.",
       .example = "on",
       .commands = kWriter},
      [](auto& s) -> auto& { return s.generate.tiff.predictor; }));
}

}  // namespace

void add_output_options(std::vector<Option>& options) {
  add_folder(options);
  add_layout(options);
  add_tiff(options);
}

}  // namespace pantile::cli
