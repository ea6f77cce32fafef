// The empty drawing pad: a digit in dots, as in a copybook, and what to do with it.

export function drawHint(context, width, height, words, c) {
  const unit = width / 10;
  context.strokeStyle = c.axis;
  context.lineWidth = Math.max(2.5, width / 90);
  context.lineCap = "round";
  context.globalAlpha = 0.75;
  context.setLineDash([0.1, width / 34]);
  context.beginPath();
  context.moveTo(3.75 * unit, 2.3 * unit);
  context.bezierCurveTo(4.4 * unit, 1.2 * unit, 6.6 * unit, 1.4 * unit, 6.3 * unit, 3.1 * unit);
  context.bezierCurveTo(6.1 * unit, 4.2 * unit, 5.2 * unit, 4.2 * unit, 4.8 * unit, 4.2 * unit);
  context.bezierCurveTo(5.6 * unit, 4.2 * unit, 6.7 * unit, 4.6 * unit, 6.5 * unit, 6 * unit);
  context.bezierCurveTo(6.3 * unit, 7.5 * unit, 4.1 * unit, 7.4 * unit, 3.5 * unit, 6.3 * unit);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
  context.fillStyle = c.faint;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = "600 17px system-ui, sans-serif";
  context.fillText(words.pad_hint, width / 2, height * 0.85);
  context.font = "12.5px system-ui, sans-serif";
  context.fillText(words.pad_hint_more, width / 2, height * 0.85 + 21, width - 16);
}
