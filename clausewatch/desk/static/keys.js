// Single keys as commands on the desk's pages. Every command is also a button or a link, so pages work without this file.
"use strict";

(() => {
  const findings = () => [...document.querySelectorAll("[data-finding]")];
  const current = () => document.activeElement?.closest("[data-finding]") ?? null;

  const focus = (element) => {
    if (element) {
      element.focus({ preventScroll: true });
      element.scrollIntoView({ block: "nearest" });
    }
  };

  const move = (step) => {
    const all = findings();
    const at = all.indexOf(current());
    focus(at < 0 ? all[step > 0 ? 0 : all.length - 1] : all[at + step]);
  };

  const press = (selector, within = document) => within?.querySelector(selector)?.click();
  const decide = (kind) => press(`button[value="${kind}"]`, current());

  const commands = {
    j: () => move(1),
    k: () => move(-1),
    a: () => decide("acknowledge"),
    f: () => decide("false-alarm"),
    c: () => current()?.querySelector('input[name="text"]')?.focus(),
    u: () => press("[data-undo]"),
    n: () => press("[data-next]"),
    p: () => press("[data-previous]"),
    N: () => press("[data-later]"),
    P: () => press("[data-earlier]"),
    i: () => press("[data-inbox]"),
    "?": () => {
      const help = document.querySelector("[data-help]");
      if (help) {
        help.open = !help.open;
        help.querySelector("summary").focus();
      }
    },
  };

  const typing = (element) => element.matches("input, select, textarea");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
      return;
    }
    if (typing(event.target)) {
      if (event.key === "Escape") {
        focus(current());
      }
      return;
    }
    if (event.key === "Enter" && event.target.matches("[data-finding]")) {
      press("[data-open]", event.target);
      return;
    }
    if ("keys" in document.body.dataset && Object.hasOwn(commands, event.key)) {
      event.preventDefault();
      commands[event.key]();
    }
  });

  const place = location.hash.slice(1);
  const target = place ? document.getElementById(place) : null;
  const waiting = () => document.querySelector("[data-finding]:not(.settled)");
  focus(place === "first" ? waiting() : target?.matches("[data-finding], main") ? target : null);
})();
