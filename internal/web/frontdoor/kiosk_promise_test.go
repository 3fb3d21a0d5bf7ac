package frontdoor

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestTheKioskPromisesAnAnswerOnlyWhenItCanBeKept(t *testing.T) {
	for _, soon := range []time.Duration{30 * time.Minute, 0} {
		k := newKiosk(Options{Kiosk: &booth{}, Promised: func(context.Context) time.Duration { return soon }, Unit: "椰城", Log: slog.New(slog.DiscardHandler)})
		w := httptest.NewRecorder()
		k.start(w, httptest.NewRequest(http.MethodGet, "/kiosk", http.NoBody))
		if got := strings.Contains(w.Body.String(), "民警在30分钟内答复"); got != (soon > 0) {
			t.Errorf("promised within %s, shown: %v", soon, got)
		}
	}
}
