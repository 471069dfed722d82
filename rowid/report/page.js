"use strict";
(() => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const colours = (isDark) => ({
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "font.color": isDark ? "#e6edf3" : "#1b1f24",
    "xaxis.gridcolor": isDark ? "#3a424b" : "#d0d7de",
    "yaxis.gridcolor": isDark ? "#3a424b" : "#d0d7de",
  });
  const all = (change) => Promise.all(Object.keys(figures).map((name) => {
    const place = document.getElementById("plot-" + name);
    return place ? Plotly.relayout(place, change) : null;
  }));
  const closed = [];
  Object.entries(figures).forEach(([name, figure]) => {
    const place = document.getElementById("plot-" + name);
    if (!place) return;
    const layout = Object.assign({}, figure.layout, { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" });
    Plotly.newPlot(place, figure.data, layout, { displayModeBar: false, responsive: true });
  });
  all(colours(dark.matches)).then(() => document.documentElement.setAttribute("data-drawn", "yes"));
  dark.addEventListener("change", () => all(colours(dark.matches)));
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("details:not([open])").forEach((one) => { one.open = true; closed.push(one); });
    all(Object.assign({ width: 660 }, colours(false)));
  });
  window.addEventListener("afterprint", () => {
    closed.splice(0).forEach((one) => { one.open = false; });
    all(Object.assign({ width: null, autosize: true }, colours(dark.matches)));
  });
})();
