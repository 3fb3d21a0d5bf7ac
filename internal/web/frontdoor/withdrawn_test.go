package frontdoor

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
)

// takenBack is an office whose bulletin was withdrawn.
type takenBack struct{ *office }

var withdrawnAt = at.Add(30 * time.Hour)

func (b takenBack) Sent(ctx context.Context, code string) (Sent, bool, error) {
	s, ok, err := b.office.Sent(ctx, code)
	s.Withdrawn = withdrawnAt
	return s, ok, err
}

func (takenBack) Bulletin(_ context.Context, id string) (Bulletin, bool, error) {
	return Bulletin{ID: id, Title: "刷单返利都是诈骗", At: at, Withdrawn: withdrawnAt}, true, nil
}

func TestABulletinThatWasTakenBackSaysSo(t *testing.T) {
	o := takenBack{newOffice()}
	h := New(Options{Matters: o, Press: o, Unit: "椰城市公安局网络警察支队", Log: slog.New(slog.DiscardHandler)})
	has(t, get(t, h, "/bulletins/b2"), http.StatusOK, "刷单返利都是诈骗", "已于2026年11月26日撤回", "原文不再显示")
	w := get(t, h, "/check?code=WXYZ2345")
	has(t, w, http.StatusOK, "有这条消息", "已于2026年11月26日撤回", "不要再转发")
	if strings.Contains(w.Body.String(), `href="/bulletins/b2"`) {
		t.Error("the code leads to its text")
	}
}
