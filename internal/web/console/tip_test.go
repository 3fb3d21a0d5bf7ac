package console_test

import (
	"bytes"
	"image"
	"image/png"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

var (
	route    = regexp.MustCompile(`c\.(?:get|post|upload)\("(GET|POST) ([^"]+)"`)
	wildcard = regexp.MustCompile(`\{[a-z]+\}`)
)

// signedIn lists the routes of the desk for which somebody must have signed in, by the table in
// the source.
func signedIn(t *testing.T) (all [][2]string) {
	t.Helper()
	files, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		source, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range route.FindAllStringSubmatch(string(source), -1) {
			all = append(all, [2]string{m[1], m[2]})
		}
	}
	return all
}

func TestPromise2_AVolunteerOpensTheTipPageAndNothingElse(t *testing.T) {
	s := newSite(t)
	s.Posts("forum", "yulinfeng", "3001", "听说城西小学门口有人抢孩子，已经抢走三个了，大家快转发！")
	zhou := s.as("zhou")
	key := zhou.get("/tip").form("/tip", nil).Get("key")
	theirs := map[string]bool{"GET /tip": true, "POST /tip": true, "GET /me": true, "POST /me/password": true, "POST /sign-out": true}
	refused := 0
	for _, r := range signedIn(t) {
		if theirs[r[0]+" "+r[1]] || r[1] == "/{$}" {
			continue
		}
		path := wildcard.ReplaceAllString(r[1], "x")
		page := &seen{}
		if r[0] == "GET" {
			page = zhou.get(path)
		} else {
			page = zhou.post(path, url.Values{"key": {key}})
		}
		if page.status != http.StatusForbidden && page.status != http.StatusNotFound {
			t.Errorf("%s %s: %d", r[0], path, page.status)
		}
		refused++
	}
	if refused < 60 {
		t.Errorf("only %d routes were tried: the table was not found", refused)
	}
	front := zhou.get("/")
	if front.path != "/tip" {
		t.Errorf("the front page leads a volunteer to %s", front.path)
	}
	front.lacks("审批", "待发", "排行", "抢孩子")
}

// tip fills the form in with a picture.
func tip(o *officer, picture []byte, change url.Values) *seen {
	o.t.Helper()
	fields := o.get("/tip").form("/tip", url.Values{
		"text": {"群里有人招刷单，先垫付后返利"}, "link": {"https://forum.example/t/7"}, "category": {"fraud"}, "source": {"业主群"}, "grade": {"B"}, "worth": {"3"},
	})
	for k, v := range change {
		fields[k] = v
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, v := range fields {
		_ = w.WriteField(k, v[0])
	}
	if picture != nil {
		part, _ := w.CreateFormFile("picture", "shot.png")
		_, _ = part.Write(picture)
	}
	_ = w.Close()
	res, err := o.http.Post(o.site.url+"/tip", w.FormDataContentType(), &body)
	return o.page(res, err)
}

func tipPicture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 20, 10))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestATipReachesAnOfficerWithItsGradesAndItsPicture(t *testing.T) {
	s := newSite(t)
	tip(s.as("zhou"), tipPicture(t), nil).has("已收到")
	clues := s.All(bots.KindClue, bots.ClueOpen)
	if len(clues) != 1 {
		t.Fatalf("%d clues", len(clues))
	}
	c := clues[0].(*bots.Clue)
	if c.Account != record.TipAccount || c.Tip.By != "zhou" || c.Tip.Grade != "B" || c.Tip.Worth != "3" || c.Tip.Source != "业主群" || c.Subject == "" {
		t.Errorf("%+v", c)
	}
	if n := len(s.All(bots.KindWarning, "")) + len(s.All(bots.KindDraft, "")); n > 0 {
		t.Errorf("%d warnings and drafts came of a tip by themselves", n)
	}
	lin := s.as("lin")
	lin.get("/clues/"+url.PathEscape(c.ID)).has("志愿者线索", "业主群", "B 通常可靠", "3 可能属实", "打开截图")
	if p := lin.get("/evidence/" + url.PathEscape(c.Tip.Picture) + "/large"); p.status != http.StatusOK {
		t.Errorf("the picture: %d", p.status)
	}
}

func TestATipThatIsRefusedKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t)
	zhou := s.as("zhou")
	for name, c := range map[string]struct {
		change url.Values
		says   string
	}{
		"a complaint":      {url.Values{"category": {"complaint"}}, "12345"},
		"nothing":          {url.Values{"text": {"  "}}, "请写明看到了什么"},
		"no source":        {url.Values{"source": {""}}, "请写明从哪里"},
		"a grade too many": {url.Values{"grade": {"G"}}, "请为来源"},
		"half a link":      {url.Values{"link": {"forum.example"}}, "以 https:// 开头"},
	} {
		t.Run(name, func(t *testing.T) {
			p := tip(zhou, nil, c.change)
			p.has(c.says)
			if c.change.Get("text") == "" && name != "nothing" {
				p.has("先垫付后返利")
			}
			if n := len(s.All(bots.KindClue, "")); n > 0 {
				t.Errorf("%d clues", n)
			}
		})
	}
	tip(zhou, []byte("no picture"), nil).has("不是能保存的图片")
	if p := s.as("lin").get("/tip"); p.status != http.StatusForbidden {
		t.Errorf("an officer gets the volunteers' form: %d", p.status)
	}
}

func TestAfterTwentyTipsADayIsOver(t *testing.T) {
	s := newSite(t)
	zhou := s.as("zhou")
	for range record.TipsADay {
		tip(zhou, nil, nil).has("已收到")
	}
	tip(zhou, nil, nil).has("已达上限")
	if n := len(s.All(bots.KindClue, "")); n != record.TipsADay {
		t.Errorf("%d clues", n)
	}
	if strings.Contains(zhou.get("/tip").body, "名次") {
		t.Error("there is a league table")
	}
}
