#include "summaries.h"

#include <nanobind/stl/string.h>

#include <string>

namespace pantile::python {

namespace nb = nanobind;

nb::dict summary_dict(const JobSummary& summary) {
  nb::dict all;
  all["pixels"] = summary.pixels;
  all["pixels_done"] = summary.pixels_done;
  all["wall_s"] = summary.wall_s;
  all["peak_memory_bytes"] = summary.peak_memory_bytes;
  all["workers"] = summary.workers;
  all["workers_idle_s"] = nb::none();  // measured beside GPUs alone
  if (!summary.devices.empty()) all["workers_idle_s"] = summary.workers_idle_s;
  nb::list stages, outputs, devices;
  for (const StageSummary& stage : summary.stages) {
    nb::dict one;
    one["name"] = stage.name;
    one["wall_s"] = stage.wall_s;
    one["amount"] = stage.amount;
    one["unit"] = stage.unit;
    stages.append(one);
  }
  for (const OutputSummary& output : summary.outputs) {
    nb::dict one;
    one["path"] = output.path;
    one["raw_bytes"] = output.raw_bytes;
    one["disk_bytes"] = output.disk_bytes;
    one["made"] = output.made;
    outputs.append(one);
  }
  for (const DeviceSummary& device : summary.devices) {
    nb::dict one;
    one["name"] = device.name;
    one["pixels"] = device.pixels;
    one["idle_s"] = device.idle_s;
    one["blocked_s"] = device.blocked_s;
    one["memory_bytes"] = device.memory_bytes;
    one["lost"] = device.lost;
    one["note"] = device.note;
    devices.append(one);
  }
  all["stages"] = stages;
  all["outputs"] = outputs;
  all["devices"] = devices;
  return all;
}

nb::dict report_dict(const CheckReport& report) {
  nb::dict all;
  all["whole"] = report.whole();
  all["state"] = std::string(word_for(report.state));
  all["finding_count"] = report.finding_count;
  all["files"] = report.files;
  all["decoded_bytes"] = report.decoded_bytes;
  all["advice"] = report.advice;
  nb::list findings;
  for (const Finding& finding : report.findings) {
    nb::dict one;
    one["kind"] = std::string(word_for(finding.kind));
    one["file"] = finding.file;
    one["text"] = finding.text;
    findings.append(one);
  }
  all["findings"] = findings;
  all["summary"] = summary_dict(report.summary);
  return all;
}

}  // namespace pantile::python
