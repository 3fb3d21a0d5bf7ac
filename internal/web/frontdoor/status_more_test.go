package frontdoor

import (
	"bytes"
	"context"
	"errors"
	"html"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"netpatrol/adapters"
)

const mine = "GOOD0000000000000"

// moreKey opens the matter and returns the key of the form to add to it.
func moreKey(t *testing.T, h http.Handler) string {
	t.Helper()
	m := keyField.FindStringSubmatch(lookUp(t, h, mine).Body.String())
	if m == nil {
		t.Fatal("no form to add to the report")
	}
	return html.UnescapeString(m[1])
}

// addMore posts fields in order, then files.
func addMore(t *testing.T, h http.Handler, fields []string, files ...string) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		_ = m.WriteField(fields[i], fields[i+1])
	}
	for _, f := range files {
		w, err := m.CreateFormFile("file", "IMG.jpg")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(w, f)
	}
	_ = m.Close()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/status/more", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAReporterAddsToTheReport(t *testing.T) {
	o := newOffice()
	h := o.open()
	key := moreKey(t, h)
	w := addMore(t, h, []string{"code", "good-0000 0000 0000 0", "key", key, "text", " 想起来了，收款账号尾号0021 "}, "picture")
	has(t, w, http.StatusOK, "已收到你的补充", "民警已答复")
	if len(o.added) != 1 || o.added[0].Text != "想起来了，收款账号尾号0021" || len(o.added[0].Media) != 1 || !strings.HasPrefix(key, o.added[0].Key+".") || o.kept[0] != mine+" picture" {
		t.Fatalf("added %+v, kept %v", o.added, o.kept)
	}
	has(t, addMore(t, h, []string{"code", mine, "key", key, "text", "想起来了"}), http.StatusOK) // the same form: the daemon takes it once
	if o.added[1].Key != o.added[0].Key {
		t.Error("a form sent twice has two keys")
	}
	if fresh := moreKey(t, h); fresh == key {
		t.Error("two forms have one key")
	}
}

func TestAnAdditionIsRefusedInWordsAndKeepsWhatWasTyped(t *testing.T) {
	for name, c := range map[string]struct {
		fields []string
		files  []string
		status int
		says   string
	}{
		"nothing":             {[]string{"text", "  "}, nil, 422, "请写几个字"},
		"a lookup code in it": {[]string{"text", "我的查询码是 GOOD-0000-0000-0000-0"}, []string{"p"}, 422, "内容里有查询码，没有收"},
		"a file that runs":    {[]string{"text", "截图"}, []string{"ok", "<svg>"}, 422, "不是照片、录音或视频"},
		"four files":          {[]string{"text", "截图"}, []string{"1", "2", "3", "4"}, 422, "最多3个"},
		"a key of nobody":     {[]string{"key", "x", "text", "截图"}, nil, 422, "再点一次"},
	} {
		o := newOffice()
		h := o.open()
		fields := append([]string{"code", mine, "key", moreKey(t, h)}, c.fields...)
		w := addMore(t, h, fields, c.files...)
		has(t, w, c.status, c.says)
		if len(o.added) != 0 {
			t.Errorf("%s: added %+v", name, o.added)
		}
		if name == "a file that runs" && strings.Count(w.Body.String(), `name="kept"`) != 1 {
			t.Errorf("%s: the file that came is asked for again", name)
		}
		if name == "a lookup code in it" && len(o.kept) != 0 {
			t.Errorf("%s: its file was kept", name)
		}
	}
}

// What was typed comes back without the code, and whoever is in danger is told what to do all the same.
func TestAnAdditionWithALookupCodeComesBackWithoutIt(t *testing.T) {
	o := newOffice()
	h := o.open()
	w := addMore(t, h, []string{"code", mine, "key", moreKey(t, h), "text", "我的码GOOD-0000-0000-0000-0，我不想活了"}, "picture")
	has(t, w, http.StatusUnprocessableEntity, "内容里有查询码", "我不想活了</textarea>", "现在就打 110", "12356")
	if body := w.Body.String(); strings.Contains(body, "我的码GOOD") || len(o.added)+len(o.kept) != 0 {
		t.Errorf("added %+v, kept %v\n%s", o.added, o.kept, body)
	}
}

// What is not durable is not said to be received.
func TestPromise5_AnAdditionThatIsNotDurableIsNotSaidToBeReceived(t *testing.T) {
	o := newOffice()
	h := o.open()
	key := moreKey(t, h)
	more := &failing{office: o}
	h = New(Options{Matters: o, Press: o, More: more, Unit: "椰城", Log: slog.New(slog.DiscardHandler)})
	w := addMore(t, h, []string{"code", mine, "key", key, "text", "截图"})
	has(t, w, http.StatusServiceUnavailable, "没有收全", "截图</textarea>")
	lacks(t, w, "已收到你的补充")
	more.err = ErrNowhere
	has(t, addMore(t, h, []string{"code", mine, "key", key, "text", "截图"}), http.StatusNotFound, "没有查到")
}

// A code that leads nowhere adds nothing, ends nothing, and is answered as anywhere else.
func TestCodesThatLeadNowhereAddAndEndNothing(t *testing.T) {
	o := newOffice()
	h := o.open()
	key := moreKey(t, h)
	plain := lookUp(t, h, "GONE0000000000000")
	for what, w := range map[string]*httptest.ResponseRecorder{
		"add":   addMore(t, h, []string{"code", "NONE0000000000000", "key", key, "text", "x"}, "picture"),
		"end":   post(t, h, "/status/end", url.Values{"code": {"EXIT0000000000000"}, "sure": {"yes"}}),
		"proof": post(t, h, "/status/proof", url.Values{"code": {"VOID0000000000000"}}),
	} {
		if w.Code != plain.Code || w.Body.String() != plain.Body.String() {
			t.Errorf("%s: %d, another page than for looking up", what, w.Code)
		}
	}
	has(t, addMore(t, h, []string{"code", "GOOD", "text", "x"}), http.StatusUnprocessableEntity, "抄错了一位")
	if len(o.added)+len(o.kept)+len(o.ended) != 0 {
		t.Errorf("added %v, kept %v, ended %v", o.added, o.kept, o.ended)
	}
}

func TestACodeThatOthersSawIsEnded(t *testing.T) {
	o := newOffice()
	h := o.open()
	has(t, lookUp(t, h, mine), http.StatusOK, "查询码被别人看到了", "不能恢复")
	has(t, post(t, h, "/status/end", url.Values{"code": {mine}}), http.StatusUnprocessableEntity)
	if len(o.ended) != 0 {
		t.Fatal("ended without being sure")
	}
	w := post(t, h, "/status/end", url.Values{"code": {mine}, "sure": {"yes"}})
	has(t, w, http.StatusOK, "查询码已停用", "核实身份后可以领一个新的")
	lacks(t, w, "GOOD", "460100")
	if len(o.ended) != 1 || o.ended[0] != mine {
		t.Errorf("ended %v", o.ended)
	}
}

// Whoever adds that money has just left is told at once to call 110.
func TestAnUrgentAdditionIsAnsweredWith110(t *testing.T) {
	h := newOffice().open()
	has(t, addMore(t, h, []string{"code", mine, "key", moreKey(t, h), "text", "我刚转了5万"}), http.StatusOK, "现在就打 110", "马上挂断", "已收到你的补充")
	danger := addMore(t, h, []string{"code", mine, "key", moreKey(t, h), "text", "我不想活了"})
	has(t, danger, http.StatusOK, "现在就打 110", "12356", "12355", "已收到你的补充")
	lacks(t, danger, "收款人")
	lacks(t, addMore(t, h, []string{"code", mine, "key", moreKey(t, h), "text", "想起来了"}), "现在就打 110")
}

// Additions are bounded before any of their files is kept.
func TestAdditionsAreBoundedBeforeTheirFilesAreKept(t *testing.T) {
	o := newOffice()
	front := newPublic(Options{Matters: o, Press: o, More: o, Unit: "椰城", Log: slog.New(slog.DiscardHandler)})
	front.adds.held = newBuckets(time.Hour, 1)
	h := http.NewServeMux()
	front.routes(h)
	key := newKey(time.Now()).sign(o.Tag)
	has(t, addMore(t, h, []string{"code", mine, "key", key, "text", "x"}, "picture"), http.StatusOK, "已收到你的补充")
	has(t, addMore(t, h, []string{"code", mine, "key", key, "text", "又想起来了"}, "another"), http.StatusUnprocessableEntity, "补充得太频繁", "又想起来了</textarea>")
	if len(o.kept) != 1 || len(o.added) != 1 {
		t.Errorf("kept %v, added %v", o.kept, o.added)
	}
}

func TestAClosedMatterTakesNoAdditions(t *testing.T) {
	o := newOffice()
	o.m.State = StateClosed
	lacks(t, lookUp(t, o.open(), mine), "补充情况")
}

// A file that could not be kept is not passed over: the addition is not said to be received.
func TestPromise5_AnAdditionWhoseFileIsLostIsNotSaidToBeReceived(t *testing.T) {
	o := newOffice()
	key := moreKey(t, o.open())
	h := New(Options{Matters: o, Press: o, More: &failing{office: o, lost: errors.New("disk full")}, Unit: "椰城", Log: slog.New(slog.DiscardHandler)})
	w := addMore(t, h, []string{"code", mine, "key", key, "text", "截图"}, "one", "two")
	has(t, w, http.StatusServiceUnavailable, "没有收全", "截图</textarea>")
	lacks(t, w, "已收到你的补充")
	if len(o.added) != 0 {
		t.Errorf("added %+v", o.added)
	}
}

// failing is an office that cannot keep what is added; lost: nor its files.
type failing struct {
	*office
	err, lost error
}

func (f *failing) KeepMore(ctx context.Context, code string, from io.Reader) (adapters.Media, error) {
	if f.lost != nil {
		return adapters.Media{}, f.lost
	}
	return f.office.KeepMore(ctx, code, from)
}

func (f *failing) Add(context.Context, string, Addition) (Urgency, error) {
	if f.err != nil {
		return NoUrgency, f.err
	}
	return NoUrgency, errors.New("disk full")
}

func TestFilesOfAdditionsAreBoundedTogether(t *testing.T) {
	o, mux := newOffice(), http.NewServeMux()
	p := newPublic(Options{Matters: o, Press: o, More: o, Log: slog.New(slog.DiscardHandler)})
	p.brought = rate.NewLimiter(0, len("picture"))
	p.routes(mux)
	send := func(file string) *httptest.ResponseRecorder {
		return addMore(t, mux, []string{"code", mine, "key", moreKey(t, mux), "text", "还有一张图"}, file)
	}
	has(t, send("picture"), http.StatusOK)
	has(t, send("x"), http.StatusUnprocessableEntity, "有一个文件没有收", "还有一张图</textarea>")
	if len(o.added) != 1 || len(o.kept) != 1 {
		t.Errorf("added %+v, kept %v", o.added, o.kept)
	}
}
