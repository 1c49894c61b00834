/* Comfort only: every page works without this script. */
(function () {
  "use strict";

  function whenReady(run) {
    if (document.readyState === "loading") {
      document.addEventListener("DOMContentLoaded", run);
    } else {
      run();
    }
  }

  /* Copy the text of the element that the button names. */
  function copyButtons() {
    if (!navigator.clipboard) { return; }
    document.querySelectorAll("[data-moka-copy]").forEach(function (button) {
      var source = document.getElementById(button.getAttribute("data-moka-copy"));
      if (!source) { return; }
      var before = button.textContent;
      button.hidden = false;
      button.addEventListener("click", function () {
        navigator.clipboard.writeText(source.textContent.trim()).then(function () {
          button.textContent = button.getAttribute("data-moka-copied");
          window.setTimeout(function () { button.textContent = before; }, 2000);
        });
      });
    });
  }

  /* Sorting takes effect at once; the button is for readers without script. */
  function sortAtOnce() {
    document.querySelectorAll("select[data-moka-submit]").forEach(function (select) {
      var button = select.form.querySelector("[data-moka-submit-button]");
      if (button) { button.hidden = true; }
      select.addEventListener("change", function () { select.form.submit(); });
    });
  }

  /* Regions that scroll sideways can be reached with the keyboard only where they do scroll. */
  function scrollRegions() {
    document.querySelectorAll(".moka-scroll").forEach(function (region) {
      if (region.scrollWidth > region.clientWidth) { region.setAttribute("tabindex", "0"); }
    });
  }

  /* Proposals under a search box (ARIA combobox): words of public data first, then titles. */
  function suggestions() {
    document.querySelectorAll("input[data-moka-suggest]").forEach(function (input) { suggestFor(input); });
  }

  function suggestFor(input) {
    var list = document.createElement("ul");
    var status = document.createElement("span");
    var waiting = null, asked = "", active = -1;
    list.id = input.id + "-suggest";
    list.className = "moka-suggest";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.getAttribute("data-moka-suggest-label"));
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    document.body.appendChild(list);
    document.body.appendChild(status);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");

    function close() {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
      status.textContent = "";
    }

    function choose(option) {
      var address = option.getAttribute("data-address");
      if (address) { window.location.href = address; return; }
      input.value = option.textContent;
      close();
      input.form.submit();
    }

    function mark(number) {
      var options = list.children;
      active = (number + options.length) % options.length;
      Array.prototype.forEach.call(options, function (option, index) {
        option.setAttribute("aria-selected", index === active ? "true" : "false");
      });
      input.setAttribute("aria-activedescendant", options[active].id);
      options[active].scrollIntoView({ block: "nearest" });
    }

    function add(text, address) {
      var option = document.createElement("li");
      option.id = list.id + "-" + list.children.length;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.textContent = text;
      if (address) { option.setAttribute("data-address", address); }
      option.addEventListener("mousedown", function (event) { event.preventDefault(); choose(option); });
      list.appendChild(option);
    }

    function show(found) {
      list.textContent = "";
      active = -1;
      found.words.forEach(function (word) { add(word, ""); });
      found.datasets.forEach(function (item) {
        add(item.title, input.getAttribute("data-moka-suggest-dataset").replace(/\/$/, "") + "/" + item.name);
      });
      if (!list.children.length || document.activeElement !== input) { close(); return; }
      var box = input.form.getBoundingClientRect();
      list.style.left = box.left + window.scrollX + "px";
      list.style.top = box.bottom + window.scrollY + 4 + "px";
      list.style.width = Math.max(box.width, Math.min(280, window.innerWidth - box.left - 16)) + "px";
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      status.textContent = input.getAttribute("data-moka-suggest-found").replace("{count}", list.children.length);
    }

    function ask() {
      var typed = input.value.trim();
      if (typed === asked) { return; }
      asked = typed;
      if (!typed) { close(); return; }
      fetch(input.getAttribute("data-moka-suggest") + "?q=" + encodeURIComponent(typed))
        .then(function (answer) { return answer.ok ? answer.json() : null; })
        .then(function (answer) { if (answer && typed === asked) { show(answer.result); } })
        .catch(close);
    }

    input.addEventListener("input", function () {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(ask, 200);
    });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", function (event) {
      if (event.isComposing || list.hidden) { return; }
      if (event.key === "ArrowDown") { mark(active + 1); event.preventDefault(); }
      if (event.key === "ArrowUp") { mark(active < 0 ? -1 : active - 1); event.preventDefault(); }
      if (event.key === "Escape") { close(); event.preventDefault(); }
      if (event.key === "Enter" && active >= 0) { choose(list.children[active]); event.preventDefault(); }
    });
  }

  whenReady(function () { copyButtons(); sortAtOnce(); scrollRegions(); suggestions(); });
}());
