(function () {
  "use strict";
  var form = document.querySelector("form[data-work]");
  if (!form || !window.crypto || !crypto.subtle || !window.TextEncoder) { return; }
  var key = (form.elements.ticket || form.elements.key).value, want = Number(form.getAttribute("data-work")), n = 0, encoder = new TextEncoder();
  function zeros(bytes) {
    var count = 0;
    for (var i = 0; i < bytes.length; i++) {
      if (bytes[i] === 0) { count += 8; continue; }
      return count + Math.clz32(bytes[i]) - 24;
    }
    return count;
  }
  function step() {
    var tries = [];
    for (var i = 0; i < 256; i++) { tries.push(String(n + i)); }
    Promise.all(tries.map(function (t) { return crypto.subtle.digest("SHA-256", encoder.encode(key + "." + t)); })).then(function (sums) {
      for (var i = 0; i < sums.length; i++) {
        if (zeros(new Uint8Array(sums[i])) >= want) { form.elements.work.value = tries[i]; return; }
      }
      n += tries.length;
      setTimeout(step, 0);
    });
  }
  step();
})();
