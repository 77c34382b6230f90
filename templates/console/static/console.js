// Draws every [data-chart] from the JSON beside it. The page is complete without this file but for the pictures.
"use strict";
(function () {
  function draw(box) {
    const source = document.getElementById("option-" + box.dataset.chart);
    if (!source || typeof echarts === "undefined") return;
    const chart = echarts.init(box, null, { renderer: "canvas" });
    chart.setOption(JSON.parse(source.textContent));
    new ResizeObserver(function () { chart.resize(); }).observe(box);
    box.dataset.drawn = "yes";
  }
  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-chart]").forEach(draw);
  });
})();
