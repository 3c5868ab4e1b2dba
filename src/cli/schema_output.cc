// What lies on disk and how a job is run: [output], [tiff], [run], and positional arguments.
#include "cli/schema_options.h"
#include "cli/setters.h"

namespace pantile::cli {
namespace {

constexpr unsigned kJob = kGenerate | kPlan;
constexpr unsigned kWriter = kJob | kConvert;

void add_folder(std::vector<Option>& options) {
  options.push_back(or_auto(
      text_option({.key = "output.out", .flag = "--out", .value_name = "FOLDER",
                   .group = "Output",
                   .help = "Folder of the job; an interrupted job goes on in it. auto is "
                           "NAME-YYYYMMDD-HHMMSS in the current folder.",
                   .range = "a new or empty folder, or the same job's", .example = "run1",
                   .commands = kJob},
                  [](auto& s) -> auto& { return s.generate.out; }),
      [](Settings& s) { s.generate.out.clear(); },
      [](const Settings& s) { return s.generate.out.empty(); }));
  options.push_back({.key = "output.name", .flag = "--name", .type = Type::text,
                     .value_name = "NAME", .group = "Output",
                     .help = "Name of the picture, in the metadata and in the default folder.",
                     .range = "1 to 100 bytes, no '/'", .example = "ripples", .commands = kJob,
                     .set = [](std::string_view text, Settings& s) -> Status {
                       PANTILE_ASSIGN(s.generate.name, parse_name(text));
                       return {};
                     },
                     .show = [](const Settings& s) { return s.generate.name; }});
  options.push_back(choice_option<StoreKind>(
      {.key = "output.store", .flag = "--store", .value_name = "KIND", .group = "Output",
       .help = "What the store keeps of a pixel: its colour, or its value (which `convert` and "
               "`preview` can colour again later).",
       .example = "value-u16", .commands = kJob},
      [](auto& s) -> auto& { return s.generate.store; }));
}

void add_layout(std::vector<Option>& options) {
  options.push_back(integer_option(
      {.key = "output.zstd_level", .flag = "--zstd-level", .value_name = "LEVEL",
       .group = "Output", .help = "Compression level of the OME-Zarr store.", .example = "3",
       .commands = kWriter},
      1, 19, [](auto& s) -> auto& { return s.generate.zstd_level; }));
  options.push_back(or_auto(
      integer_option({.key = "output.tile", .flag = "--tile", .value_name = "PIXELS",
                      .group = "Output",
                      .help = "Edge of chunks and TIFF tiles. auto is 512, and 1024 from 524288 "
                              "pixels a side on.",
                      .range = "64 to 4096, a multiple of 16", .example = "256",
                      .commands = kWriter},
                     64, 4096, [](auto& s) -> auto& { return s.generate.tile_px; }),
      [](Settings& s) { s.generate.tile_px = 0; },
      [](const Settings& s) { return s.generate.tile_px == 0; }));
  options.push_back(or_auto(
      integer_option({.key = "output.shard", .flag = "--shard", .value_name = "PIXELS",
                      .group = "Output",
                      .help = "Edge of shards, the units that are committed to disk and never "
                              "done twice. auto is the largest doubling of the tile up to 4096 "
                              "that holds at most 64 MiB of pixels.",
                      .range = "64 to 65536, a multiple of the tile edge", .example = "8192",
                      .commands = kWriter},
                     64, 65536, [](auto& s) -> auto& { return s.generate.shard_px; }),
      [](Settings& s) { s.generate.shard_px = 0; },
      [](const Settings& s) { return s.generate.shard_px == 0; }));
  options.push_back({.key = "output.previews", .flag = "--previews", .type = Type::previews,
                     .value_name = "LIST", .group = "Output",
                     .help = "PNG previews: widths or WxH boxes that the picture fits into, each "
                             "with an optional name.",
                     .range = "none, or [name:]W[xH],...", .example = "1024,thumb:512x512",
                     .commands = kJob,
                     .set = [](std::string_view text, Settings& s) -> Status {
                       PANTILE_ASSIGN(s.generate.previews, parse_previews(text));
                       return {};
                     },
                     .show = [](const Settings& s) {
                       return show_previews(s.generate.previews);
                     }});
}

void add_tiff(std::vector<Option>& options) {
  const auto compression = [](auto& s) -> auto& { return s.generate.tiff.compression; };
  options.push_back(on_off_option(
      {.key = "tiff.enabled", .flag = "--tiff", .group = "TIFF",
       .help = "Write image.tiff beside the store.", .example = "off", .commands = kJob},
      [](auto& s) -> auto& { return s.generate.tiff.enabled; }));
  options.push_back(choice_option<TiffDialect>(
      {.key = "tiff.dialect", .flag = "--tiff-dialect", .value_name = "DIALECT", .group = "TIFF",
       .help = "How levels are linked: SubIFDs with OME metadata, or successive pages (for "
               "OpenSlide and generic viewers).",
       .example = "pages", .commands = kWriter},
      [](auto& s) -> auto& { return s.generate.tiff.dialect; }));
  options.push_back(choice_option<TiffCompression>(
      {.key = "tiff.compression", .flag = "--tiff-compression", .value_name = "CODEC",
       .group = "TIFF", .help = "Compression of the TIFF's tiles; jpeg is lossy.",
       .example = "zstd", .commands = kJob},
      compression));
  options.push_back(choice_option<TiffCompression>(
      {.flag = "--compression", .value_name = "CODEC", .group = "TIFF",
       .help = "Compression of the TIFF's tiles; jpeg is lossy.", .example = "zstd",
       .commands = kConvert},
      compression));
  options.push_back(or_auto(
      integer_option({.key = "tiff.level", .flag = "--tiff-level", .value_name = "LEVEL",
                      .group = "TIFF",
                      .help = "Compression level of deflate (1 to 12) and zstd (1 to 19). auto is "
                              "1 for both.",
                      .range = "1 to 19", .example = "6", .commands = kWriter},
                     1, 19, [](auto& s) -> auto& { return s.generate.tiff.level; }),
      [](Settings& s) { s.generate.tiff.level = -1; },
      [](const Settings& s) { return s.generate.tiff.level < 0; }));
  options.push_back(integer_option(
      {.key = "tiff.jpeg_quality", .flag = "--jpeg-quality", .value_name = "Q", .group = "TIFF",
       .help = "Quality of jpeg tiles.", .example = "95", .commands = kWriter},
      1, 100, [](auto& s) -> auto& { return s.generate.tiff.jpeg_quality; }));
  options.push_back(on_off_option(
      {.key = "tiff.predictor", .flag = "--tiff-predictor", .group = "TIFF",
       .help = "Horizontal differencing before deflate, zstd and lzw. It helps photographs and "
               "makes most formula pictures larger.",
       .example = "on", .commands = kWriter},
      [](auto& s) -> auto& { return s.generate.tiff.predictor; }));
}

void add_positionals(std::vector<Option>& options) {
  const auto input = [](auto& s) -> auto& { return s.input; };
  options.push_back(text_option(
      {.flag = "PATH", .group = "Arguments",
       .help = "A job folder, .ome.zarr, .tif, .tiff or .png. Without it: the program's version, "
               "SIMD target and libraries.",
       .example = "run1", .commands = kInfo},
      input));
  options.push_back(text_option(
      {.flag = "INPUT", .group = "Arguments",
       .help = "A job folder, .ome.zarr, .tif, .tiff or .png.", .example = "run1",
       .required = true, .commands = kPreview | kConvert},
      input));
  options.push_back(text_option(
      {.flag = "OUTPUT", .group = "Arguments",
       .help = "The file or store to write; its ending decides the format.",
       .range = "*.ome.zarr, *.tif, *.tiff, *.png", .example = "out.tiff", .required = true,
       .commands = kConvert},
      [](auto& s) -> auto& { return s.output; }));
  options.push_back(choice_option<Shell>(
      {.flag = "SHELL", .group = "Arguments", .help = "The shell to write a script for.",
       .example = "zsh", .required = true, .commands = kCompletion},
      [](auto& s) -> auto& { return s.shell; }));
}

}  // namespace

void add_output_options(std::vector<Option>& options) {
  add_positionals(options);
  add_folder(options);
  add_layout(options);
  add_tiff(options);
  options.push_back(text_option(
      {.flag = "--out", .value_name = "FILE", .group = "Output",
       .help = "The PNG to write. Without it: previews/preview-WIDTH.png in a job folder, else "
               "INPUT-WIDTH.png beside the input.",
       .range = "*.png", .example = "small.png", .commands = kPreview},
      [](auto& s) -> auto& { return s.output; }));
  options.push_back(integer_option(
      {.flag = "--width", .value_name = "PIXELS", .group = "Image",
       .help = "The preview is at most this wide.", .example = "4096", .commands = kPreview},
      1, 2147483647, [](auto& s) -> auto& { return s.preview_width; }));
  options.push_back(or_auto(
      integer_option({.flag = "--height", .value_name = "PIXELS", .group = "Image",
                      .help = "The preview is at most this high. auto is no limit.",
                      .example = "4096", .commands = kPreview},
                     1, 2147483647, [](auto& s) -> auto& { return s.preview_height; }),
      [](Settings& s) { s.preview_height = 0; },
      [](const Settings& s) { return s.preview_height == 0; }));
}

void add_run_options(std::vector<Option>& options) {
  constexpr unsigned kAll = kJob | kPreview | kConvert;
  options.push_back(text_option(
      {.flag = "--config", .value_name = "FILE", .group = "Run",
       .help = "Read options from this TOML file; flags go before it.", .example = "job.toml",
       .commands = kJob},
      [](auto& s) -> auto& { return s.config; }));
  options.push_back(or_auto(
      integer_option({.key = "run.threads", .flag = "--threads", .value_name = "N",
                      .group = "Run",
                      .help = "Worker threads. auto is one per core that the process may use.",
                      .example = "4", .commands = kAll},
                     1, 4096, [](auto& s) -> auto& { return s.run.threads; }),
      [](Settings& s) { s.run.threads = 0; },
      [](const Settings& s) { return s.run.threads == 0; }));
  options.push_back(or_auto(
      Option{.key = "run.memory", .flag = "--memory", .type = Type::bytes,
             .value_name = "BYTES", .group = "Run",
             .help = "Budget for the job's memory, never exceeded. auto is 512MiB, or half of "
                     "the free memory if that is less.",
             .range = "bytes, or with kB MB GB KiB MiB GiB", .example = "1GiB",
             .commands = kAll,
             .set = [](std::string_view text, Settings& s) -> Status {
               PANTILE_ASSIGN(s.run.memory_bytes, parse_bytes(text));
               return {};
             },
             .show = [](const Settings& s) { return show_bytes(s.run.memory_bytes); }},
      [](Settings& s) { s.run.memory_bytes = 0; },
      [](const Settings& s) { return s.run.memory_bytes == 0; }));
  options.push_back(choice_option<LogMode>(
      {.key = "run.log", .flag = "--log", .value_name = "MODE", .group = "Run",
       .help = "text: a progress bar on a terminal, else a line per 10 %. json: one object per "
               "line on standard output. quiet: errors only.",
       .example = "json", .commands = kAll},
      [](auto& s) -> auto& { return s.log; }));
  options.push_back(flag_option(
      {.flag = "--restart", .group = "Run",
       .help = "Start over, throwing away what an earlier run left in the output.",
       .commands = kGenerate | kPlan | kConvert},
      [](auto& s) -> auto& { return s.run.restart; }));
  options.push_back({.flag = "--share", .type = Type::other, .value_name = "I/N", .group = "Run",
                     .help = "Do only the I-th of N shares of the job, for many machines on one "
                             "folder. A last run without it finishes the job.",
                     .range = "0 <= I < N", .example = "0/4", .commands = kJob,
                     .set = [](std::string_view text, Settings& s) -> Status {
                       PANTILE_ASSIGN(const auto share, parse_share(text));
                       std::tie(s.run.share_index, s.run.share_count) = share;
                       return {};
                     }});
  options.push_back(flag_option(
      {.flag = "--json", .group = "Run", .help = "Print one JSON object instead of text.",
       .commands = kInfo},
      [](auto& s) -> auto& { return s.json; }));
}

}  // namespace pantile::cli
