// How a job is run ([run]), positional arguments, and what only `preview` has.
#include "cli/schema_options.h"
#include "cli/setters.h"

namespace pantile::cli {
namespace {

constexpr unsigned kJob = kGenerate | kPlan;

void add_positionals(std::vector<Option>& options) {
  const auto input = [](auto& s) -> auto& { return s.input; };
  options.push_back(text_option(
      {.flag = "PATH",
       .group = "Arguments",
       .help = "A job folder, .ome.zarr, .tif, .tiff or .png. Without it: the program's version, "
               "SIMD target and libraries, and the machine's GPUs.",
       .example = "run1",
       .commands = kInfo},
      input));
  options.push_back(text_option({.flag = "INPUT",
                                 .group = "Arguments",
                                 .help = "A job folder, .ome.zarr, .tif, .tiff or .png.",
                                 .example = "run1",
                                 .required = true,
                                 .commands = kPreview | kConvert | kProcess},
                                input));
  options.push_back(text_option({.flag = "PATH",
                                 .group = "Arguments",
                                 .help = "A job folder, an .ome.zarr, or a TIFF with its .sums.",
                                 .example = "run1",
                                 .required = true,
                                 .commands = kCheck},
                                input));
  options.push_back(text_option({.flag = "FOLDER",
                                 .group = "Arguments",
                                 .help = "A job folder.",
                                 .example = "run1",
                                 .required = true,
                                 .commands = kRepair},
                                input));
  options.push_back(
      text_option({.flag = "OUTPUT",
                   .group = "Arguments",
                   .help = "The file or store to write; its ending decides the format.",
                   .range = "*.ome.zarr, *.tif, *.tiff, *.png",
                   .example = "out.tiff",
                   .required = true,
                   .commands = kConvert},
                  [](auto& s) -> auto& { return s.output; }));
  options.push_back(
      text_option({.flag = "OPERATORS",
                   .group = "Arguments",
                   .help = "What is done with the pixels, one operator after the other; "
                           "docs/process.md explains each.",
                   .range = "operators with values in brackets, joined by |",
                   .example = "gaussian(2) | sobel",
                   .required = true,
                   .commands = kProcess},
                  [](auto& s) -> auto& { return s.operators; }));
  options.push_back(choice_option<Shell>({.flag = "SHELL",
                                          .group = "Arguments",
                                          .help = "The shell to write a script for.",
                                          .example = "zsh",
                                          .required = true,
                                          .commands = kCompletion},
                                         [](auto& s) -> auto& { return s.shell; }));
}

void add_process(std::vector<Option>& options) {
  options.push_back(
      text_option({.flag = "--out",
                   .value_name = "OUTPUT",
                   .group = "Output",
                   .help = "The file or store to write; its ending decides the format.",
                   .range = "*.ome.zarr, *.tif, *.tiff, *.png",
                   .example = "edges.ome.zarr",
                   .required = true,
                   .commands = kProcess},
                  [](auto& s) -> auto& { return s.output; }));
}

void add_preview(std::vector<Option>& options) {
  options.push_back(text_option(
      {.flag = "--out",
       .value_name = "FILE",
       .group = "Output",
       .help = "The PNG to write. Without it: previews/preview-WIDTH.png in a job folder, else "
               "INPUT-preview-WIDTH.png beside the input; view-WIDTH... for a region or colours.",
       .range = "*.png",
       .example = "small.png",
       .commands = kPreview},
      [](auto& s) -> auto& { return s.output; }));
  options.push_back(integer_option({.flag = "--width",
                                    .value_name = "PIXELS",
                                    .group = "Image",
                                    .help = "The preview is at most this wide.",
                                    .example = "4096",
                                    .commands = kPreview},
                                   1, 2147483647,
                                   [](auto& s) -> auto& { return s.preview_width; }));
  options.push_back(or_auto(
      integer_option({.flag = "--height",
                      .value_name = "PIXELS",
                      .group = "Image",
                      .help = "The preview is at most this high. auto is no limit.",
                      .example = "4096",
                      .commands = kPreview},
                     1, 2147483647, [](auto& s) -> auto& { return s.preview_height; }),
      [](Settings& s) { s.preview_height = 0; },
      [](const Settings& s) { return s.preview_height == 0; }));
}

}  // namespace

void add_run_options(std::vector<Option>& options) {
  constexpr unsigned kAll = kJob | kPreview | kConvert | kProcess | kCheck | kRepair;
  add_positionals(options);
  add_process(options);
  add_preview(options);
  options.push_back(
      text_option({.flag = "--config",
                   .value_name = "FILE",
                   .group = "Run",
                   .help = "Read options from this TOML file, or from the job.json of an "
                           "earlier job (or its folder); flags win over it.",
                   .example = "job.toml",
                   .commands = kJob | kValidate},
                  [](auto& s) -> auto& { return s.config; }));
  options.push_back(or_auto(
      integer_option(
          {.key = "run.threads",
           .flag = "--threads",
           .value_name = "N",
           .group = "Run",
           .help = "Worker threads. auto is one per core that the process may use, within a "
                   "container's quota of CPU time.",
           .example = "4",
           .commands = kAll | kValidate},
          1, 4096, [](auto& s) -> auto& { return s.run.threads; }),
      [](Settings& s) { s.run.threads = 0; },
      [](const Settings& s) { return s.run.threads == 0; }));
  options.push_back({.key = "run.device",
                     .flag = "--device",
                     .type = Type::other,
                     .value_name = "DEVICE",
                     .group = "Run",
                     .help =
                         "What computes pixels. auto: the CPU, and for pictures of 10^8 samples a "
                         "thread or more every NVIDIA GPU; hybrid: the CPU and every GPU, "
                         "whatever the size; cuda: GPUs alone, or those of the numbers that "
                         "`pantile info` gives, and the CPU encodes. For hybrid and cuda no GPU "
                         "is an error. The bytes are the same.",
                     .range = "auto, cpu, cuda, cuda:0,2, hybrid",
                     .example = "cpu",
                     .choices = {"auto", "cpu", "cuda", "hybrid"},
                     .commands = kJob | kValidate,
                     .set = [](std::string_view text, Settings& s) -> Status {
                       PANTILE_ASSIGN(s.run.device, parse_device(text));
                       return {};
                     },
                     .show = [](const Settings& s) { return device_words(s.run.device); }});
  options.push_back(or_auto(
      Option{.key = "run.memory",
             .flag = "--memory",
             .type = Type::bytes,
             .value_name = "BYTES",
             .group = "Run",
             .help = "Budget for the job's memory, never exceeded. auto is 192MiB and 160MiB a "
                     "thread, or half of the free memory if that is less.",
             .range = "bytes, or with kB MB GB KiB MiB GiB",
             .example = "1GiB",
             .commands = kAll | kValidate,
             .set = [](std::string_view text, Settings& s) -> Status {
               PANTILE_ASSIGN(s.run.memory_bytes, parse_bytes(text));
               return {};
             },
             .show = [](const Settings& s) { return show_bytes(s.run.memory_bytes); }},
      [](Settings& s) { s.run.memory_bytes = 0; },
      [](const Settings& s) { return s.run.memory_bytes == 0; }));
  options.push_back(choice_option<LogMode>(
      {.key = "run.log",
       .flag = "--log",
       .value_name = "MODE",
       .group = "Run",
       .help = "text: a progress bar on a terminal, else a line per 10 %. json: one object per "
               "line on standard output. quiet: errors only.",
       .example = "json",
       .commands = kAll | kValidate},
      [](auto& s) -> auto& { return s.log; }));
  options.push_back(
      flag_option({.flag = "--restart",
                   .group = "Run",
                   .help = "Start over, throwing away what an earlier run left in the output.",
                   .commands = kGenerate | kPlan | kConvert | kProcess},
                  [](auto& s) -> auto& { return s.run.restart; }));
  options.push_back({.flag = "--share",
                     .type = Type::other,
                     .value_name = "I/N",
                     .group = "Run",
                     .help = "Do only the I-th of N shares of the job, for many machines on one "
                             "folder. A last run without it finishes the job.",
                     .range = "0 <= I < N",
                     .example = "0/4",
                     .commands = kJob,
                     .set = [](std::string_view text, Settings& s) -> Status {
                       PANTILE_ASSIGN(const auto share, parse_share(text));
                       std::tie(s.run.share_index, s.run.share_count) = share;
                       return {};
                     }});
  options.push_back(flag_option({.flag = "--fast",
                                 .group = "Run",
                                 .help = "Look at names, sizes, metadata and indices only; decode "
                                         "no pixels.",
                                 .commands = kCheck},
                                [](auto& s) -> auto& { return s.fast; }));
  options.push_back(flag_option({.flag = "--json",
                                 .group = "Run",
                                 .help = "Print one JSON object instead of text.",
                                 .commands = kInfo},
                                [](auto& s) -> auto& { return s.json; }));
}

}  // namespace pantile::cli
