"""A self-checking SystemVerilog testbench that reads ``vectors.memh`` and drives a module through all of it."""

from __future__ import annotations

from refquant.golden.golden_set import GoldenSet, widths_of
from refquant.golden.nan_mask import nans_above
from refquant.golden.recipe import Recipe
from refquant.golden.writers.readmemh import fields_of
from refquant.policies import InputDenormalMode

_TEMPLATE = """\
// Self-checking testbench for {title}: {count} vectors, by refquant.
//
//   iverilog -g2012 -DDUT=my_module -o sim testbench.sv my_module.v && vvp sim
//
// The module has the ports
{ports}
// and, where LATENCY is not 0, input clk. LATENCY is the number of rising edges of clk from operands to result: 0 is a combinational module, 1 one register.
// A new vector is applied before every edge. Set it with -Ptestbench.LATENCY=1 (other simulators: -G or -g), or write it below.
// Connect less with a wrapper. -DNO_FLAGS compares results alone; -DSHOW=n prints n vectors that are wrong or were not read (10);
// vvp sim +vectors=FILE reads another file. A result is right where (result ^ expected) & mask is 0{or_nan}; X and Z are wrong where the mask looks.
// rounding, overflow: see the head of vectors.memh. The simulation ends with PASS, or with FAIL and an error.
`ifndef DUT
`define DUT dut
`endif
`ifndef SHOW
`define SHOW 10
`endif
module testbench;
  parameter integer LATENCY = 0;
  localparam integer COUNT = {count};
  localparam integer EDGES = LATENCY > 1 ? COUNT + LATENCY - 1 : COUNT;
  reg [{last}:0] vectors [0:COUNT-1];
  reg [{last}:0] applied, due;
  reg clk;
{inputs}
  wire [{result}:0] result, expected, mask;
  wire [{flags}:0] flags, expected_flags;
{slices}
{nan}
  wire wrong_result = ((result ^ expected) & mask) !== {{{result_width}{{1'b0}}}} && !any_nan;
`ifdef NO_FLAGS
  wire wrong_flags = 1'b0;
`else
  wire wrong_flags = flags !== expected_flags;
`endif
  integer i, now, wrong, unread;
  reg [8*1024-1:0] file;

  generate
    if (LATENCY == 0) begin : combinational
      `DUT under_test ({connections});
    end else begin : clocked
      `DUT under_test (.clk(clk), {connections});
    end
  endgenerate

  initial begin
    if (!$value$plusargs("vectors=%s", file)) file = "vectors.memh";
    $readmemh(file, vectors);
    wrong = 0;
    unread = 0;
    clk = 0;
    if (LATENCY < 0) begin
      $display("FAIL: LATENCY is %0d, expected 0 or more", LATENCY);
      $fatal(1);
    end
    for (i = 0; i < EDGES; i = i + 1) begin
      applied = vectors[i < COUNT ? i : COUNT - 1];
      #1 clk = 1;
      now = LATENCY > 1 ? i - LATENCY + 1 : i;
      if (now >= 0) due = vectors[now];
      #1;
      if (now >= 0 && ^due === 1'bx) begin
        if (wrong < `SHOW) $display("vector %0d: not read from %0s", now, file);
        wrong = wrong + 1;
        unread = unread + 1;
      end else if (now >= 0 && (wrong_result || wrong_flags)) begin
        if (wrong < `SHOW)
          $display("vector %0d:{shown} gives %h flags %b, right %h flags %b under mask %h", now, {shown_slices}, result, flags, expected, expected_flags, mask);
        wrong = wrong + 1;
      end
      #1 clk = 0;
    end
    if (unread != 0) $display("%0d vectors were not read from %0s: it is missing, damaged or shorter than this testbench", unread, file);
    if (wrong == 0) $display("PASS: %0d vectors", COUNT);
    else begin
      $display("FAIL: %0d of %0d vectors", wrong, COUNT);
      $fatal(1);
    end
    $finish;
  end
endmodule
"""
_NAN = """\
  // A mask cannot say "any NaN" in a format of many: what exceeds Inf below the sign is one. X and Z are none.
  wire any_nan = (expected[{top}:0] > {bits}'h{inf:x}) === 1'b1 && (result[{top}:0] > {bits}'h{inf:x}) === 1'b1;"""
_NO_NAN = "  wire any_nan = 1'b0;"
_RIGHT = {"result": "expected", "flags": "expected_flags", "mask": "mask"}


def write(made: GoldenSet) -> bytes:
    """Return the file."""
    recipe, widths = made.recipe, widths_of(made.recipe) | {"flags": 5 if made.recipe.policies.input_denormal is InputDenormalMode.NONE else 6}
    inputs, slices = (*recipe.operand_names, "rounding", "overflow", "random"), _slices(recipe, widths)
    assigned = [f"  assign {_RIGHT.get(n, n)} = {'due' if n in _RIGHT else 'applied'}{part};" for n, part in slices.items()]
    ports = [f"//   input  [{widths[n] - 1}:0] {n}" for n in inputs] + [f"//   output [{widths[n] - 1}:0] {n}" for n in ("result", "flags")]
    nan = _any_nan(recipe)
    text = _TEMPLATE.format(
        title=recipe.title, count=len(made), flags=widths["flags"] - 1, ports="\n".join(ports), last=sum(fields_of(recipe).values()) - 1,
        inputs="\n".join(f"  wire [{widths[n] - 1}:0] {n};" for n in inputs), result=widths["result"] - 1, result_width=widths["result"],
        slices="\n".join(assigned), connections=", ".join(f".{n}({n})" for n in (*inputs, "result", "flags")), nan=nan,
        or_nan="" if nan == _NO_NAN else ", or both are NaN", shown="".join(f" {n} %h" for n in inputs),
        shown_slices=", ".join(f"due{slices[n]}" for n in inputs),
    )  # fmt: skip
    return text.encode()


def _slices(recipe: Recipe, widths: dict[str, int]) -> dict[str, str]:
    """Return the bits of each field in a word."""
    slices, bits = {}, fields_of(recipe)
    last = sum(bits.values())
    for name, size in bits.items():
        slices[name] = f"[{last - size + widths[name] - 1}:{last - size}]"
        last -= size
    return slices


def _any_nan(recipe: Recipe) -> str:
    inf, bits = nans_above(recipe.result, recipe.nan_by), recipe.result.width - recipe.result.signed
    return _NO_NAN if inf is None else _NAN.format(top=bits - 1, bits=bits, inf=inf)
