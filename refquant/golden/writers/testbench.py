"""A self-checking SystemVerilog testbench that reads ``vectors.memh`` and drives a module through all of it."""

from __future__ import annotations

from refquant.golden.golden_set import GoldenSet, widths_of
from refquant.golden.writers.readmemh import fields_of

_TEMPLATE = """\
// Self-checking testbench for {title}: {count} vectors, by refquant.
//
//   iverilog -g2012 -DDUT=my_module -o sim testbench.sv my_module.v && vvp sim
//
// The module has the ports
{ports}
// Connect less with a wrapper. -DNO_FLAGS compares results alone; -DSHOW=n prints n mismatches (10);
// vvp sim +vectors=FILE reads another file. A result is right where (result ^ expected) & mask is 0; X and Z are wrong where the mask looks.
// rounding, overflow: see the head of vectors.memh. The simulation ends with PASS, or with FAIL and an error.
`ifndef DUT
`define DUT dut
`endif
`ifndef SHOW
`define SHOW 10
`endif
module testbench;
  localparam integer COUNT = {count};
  reg [{last}:0] vectors [0:COUNT-1];
  reg [{last}:0] vector;
{inputs}
  wire [{result}:0] result, expected, mask;
  wire [4:0] flags, expected_flags;
{slices}
  wire wrong_result = ((result ^ expected) & mask) !== {{{result_width}{{1'b0}}}};
`ifdef NO_FLAGS
  wire wrong_flags = 1'b0;
`else
  wire wrong_flags = flags !== expected_flags;
`endif
  integer i, mismatches;
  reg [8*1024-1:0] file;

  `DUT under_test ({connections});

  initial begin
    if (!$value$plusargs("vectors=%s", file)) file = "vectors.memh";
    $readmemh(file, vectors);
    mismatches = 0;
    for (i = 0; i < COUNT; i = i + 1) begin
      vector = vectors[i];
      #1;
      if (^vector === 1'bx) begin
        $display("vector %0d was not read", i);
        mismatches = mismatches + 1;
      end else if (wrong_result || wrong_flags) begin
        if (mismatches < `SHOW)
          $display("vector %0d:{shown} gives %h flags %b, right %h flags %b under mask %h", i, {shown_names}, result, flags, expected, expected_flags, mask);
        mismatches = mismatches + 1;
      end
    end
    if (mismatches == 0) $display("PASS: %0d vectors", COUNT);
    else begin
      $display("FAIL: %0d of %0d vectors", mismatches, COUNT);
      $fatal(1);
    end
    $finish;
  end
endmodule
"""
_GIVEN = {"result": "expected", "flags": "expected_flags", "mask": "mask"}


def write(made: GoldenSet) -> bytes:
    """Return the file."""
    recipe, widths, bits = made.recipe, widths_of(made.recipe) | {"flags": 5}, fields_of(made.recipe)
    inputs = (*recipe.operand_names, "rounding", "overflow", "random")
    slices, last = [], sum(bits.values())
    for name, size in bits.items():
        slices.append(f"  assign {_GIVEN.get(name, name)} = vector[{last - size + widths[name] - 1}:{last - size}];")
        last -= size
    ports = [f"//   input  [{widths[n] - 1}:0] {n}" for n in inputs] + [f"//   output [{widths[n] - 1}:0] {n}" for n in ("result", "flags")]
    text = _TEMPLATE.format(
        title=recipe.title, count=len(made), ports="\n".join(ports), last=sum(bits.values()) - 1,
        inputs="\n".join(f"  wire [{widths[n] - 1}:0] {n};" for n in inputs), result=widths["result"] - 1, result_width=widths["result"],
        slices="\n".join(slices), connections=", ".join(f".{n}({n})" for n in (*inputs, "result", "flags")),
        shown="".join(f" {n} %h" for n in inputs), shown_names=", ".join(inputs),
    )  # fmt: skip
    return text.encode()
