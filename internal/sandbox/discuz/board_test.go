package discuz

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// caller is a client of the interface.
type caller struct {
	t       *testing.T
	board   *Board
	base    string
	cookies string
	token   string
	gbk     bool
}

func opened(t *testing.T, o Options) *caller {
	t.Helper()
	o.Username, o.Password = "椰城网警", "secret of the board"
	b := New(o)
	for _, name := range []string{"小符", "阿梁"} {
		if err := b.AddPerson(name); err != nil {
			t.Fatal(err)
		}
	}
	srv := httptest.NewServer(b)
	t.Cleanup(srv.Close)
	return &caller{t: t, board: b, base: srv.URL, gbk: o.GBK}
}

// call makes a request and returns the board's word and variables; form nil: a GET.
func (c *caller) call(query string, form url.Values) (string, map[string]any) {
	c.t.Helper()
	method, body := http.MethodGet, ""
	if form != nil {
		form.Set("formhash", c.token)
		method, body = http.MethodPost, form.Encode()
		if c.gbk {
			for name := range form {
				s, _ := simplifiedchinese.GBK.NewEncoder().String(form.Get(name))
				form.Set(name, s)
			}
			body = form.Encode()
		}
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.base+"/api/mobile/index.php?version=3&module="+query, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Cookie", c.cookies)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return "no answer", nil
	}
	defer resp.Body.Close()
	raw, _ := io.ReadAll(resp.Body)
	if c.gbk {
		raw, _ = simplifiedchinese.GBK.NewDecoder().Bytes(raw)
	}
	var doc struct {
		Variables map[string]any
		Message   struct{ Messageval string }
		Error     string
	}
	if json.Unmarshal(raw, &doc) != nil || resp.StatusCode != http.StatusOK {
		return "no document", nil
	}
	if odd := unlike(doc.Variables); odd != "" {
		c.t.Errorf("%s: %s is no text", query, odd)
	}
	if len(resp.Cookies()) > 0 {
		c.cookies = ""
		for _, cookie := range resp.Cookies() {
			c.cookies += cookie.Name + "=" + cookie.Value + "; "
		}
	}
	if hash, ok := doc.Variables["formhash"].(string); ok {
		c.token = hash
	}
	return doc.Message.Messageval + doc.Error, doc.Variables
}

// unlike names a value that PHP would not write so: every scalar is a text.
func unlike(v any) string {
	switch v := v.(type) {
	case map[string]any:
		for name, x := range v {
			if odd := unlike(x); odd != "" {
				return name + "." + odd
			}
		}
		return ""
	case []any:
		for _, x := range v {
			if odd := unlike(x); odd != "" {
				return odd
			}
		}
		return ""
	case string, nil:
		return ""
	}
	return fmt.Sprint(v)
}

func (c *caller) signIn() {
	c.t.Helper()
	if word, _ := c.call("login&loginsubmit=yes", url.Values{"username": {"椰城网警"}, "password": {"secret of the board"}}); word != "login_succeed" {
		c.t.Fatal(word)
	}
	c.call("newthreads&fids=37", nil) // the member's token
}

func (c *caller) say(query, message string) (string, map[string]any) {
	return c.call(query, url.Values{"subject": {"反诈提示"}, "message": {message}})
}

func TestAnswersAreTextAndOneWord(t *testing.T) {
	for _, gbk := range []bool{false, true} {
		c := opened(t, Options{GBK: gbk})
		if word, vars := c.call("forumindex", nil); word != "" || vars["member_uid"] != "0" || vars["cookiepre"] != "xD7_2132_" {
			t.Errorf("a guest: %q %v", word, vars)
		}
		if word, _ := c.call("mypm", nil); word != "to_login//1" {
			t.Errorf("a guest's letters: %s", word)
		}
		if word, _ := c.call("login&loginsubmit=yes", url.Values{"username": {"椰城网警"}, "password": {"x"}}); word != "login_invalid" {
			t.Errorf("another password: %s", word)
		}
		c.signIn()
		word, vars := c.say("newthread&fid=37&topicsubmit=yes", "请勿转账\n编号1")
		if word != "post_newthread_succeed" || vars["tid"] != "3001" || vars["pid"] != "90001" {
			t.Errorf("%s %v", word, vars)
		}
		_, vars = c.call("viewthread&tid=3001", nil)
		list := vars["postlist"].([]any)
		if first := list[0].(map[string]any); first["message"] != "请勿转账<br />\r\n编号1" || first["first"] != "1" || first["author"] != "椰城网警" {
			t.Errorf("%v", first)
		}
		if got := c.board.Received(); len(got) != 1 || got[0].Text != "请勿转账\n编号1" || got[0].Kind != "topic" {
			t.Errorf("%+v", got)
		}
		if word, _ := c.call("weather", nil); word != "module_not_exists" {
			t.Errorf("%s", word)
		}
	}
}

func TestRefusals(t *testing.T) {
	for name, try := range map[string]struct {
		options              Options
		query, message, want string
	}{
		"banned":            {Options{Banned: "红包"}, "newthread&fid=37&topicsubmit=yes", "来领红包吧朋友", "word_banned"},
		"captcha":           {Options{Captcha: true}, "sendpm&pmsubmit=yes&touid=20002", "您好", "submit_seccode_invalid"},
		"another board":     {Options{}, "newthread&fid=2&topicsubmit=yes", "请勿转账朋友", "post_forum_newthread_nopermission"},
		"short":             {Options{}, "newthread&fid=37&topicsubmit=yes", "短", "post_message_tooshort"},
		"long":              {Options{}, "newthread&fid=37&topicsubmit=yes", strings.Repeat("长", 4000), "post_message_toolong"},
		"no submit":         {Options{}, "newthread&fid=37", "请勿转账朋友", "submit_invalid"},
		"no thread":         {Options{}, "sendreply&tid=9&replysubmit=yes", "请勿转账朋友", "thread_nonexistence"},
		"nobody":            {Options{}, "sendpm&pmsubmit=yes&touid=9", "您好", "message_bad_touid"},
		"to ourselves":      {Options{}, "sendpm&pmsubmit=yes&touid=20001", "您好", "message_can_not_send_8"},
		"empty":             {Options{}, "sendpm&pmsubmit=yes&touid=20002", " ", "unable_to_send_air_news"},
		"a letter":          {Options{}, "sendpm&pmsubmit=yes&touid=20002", "您好", "do_success"},
		"review":            {Options{ReviewDelay: time.Hour}, "newthread&fid=37&topicsubmit=yes", "请勿转账朋友", "post_newthread_mod_succeed"},
		"review of a reply": {Options{ReviewDelay: time.Hour}, "sendreply&tid=3001&replysubmit=yes", "请勿转账朋友", "post_reply_mod_succeed"},
		"no such thread":    {Options{}, "viewthread&tid=77", "x", "thread_nonexistence"},
	} {
		c := opened(t, try.options)
		c.signIn()
		if strings.Contains(try.query, "tid=3001") {
			if _, err := c.board.Topic("小符", "求助", "这是骗局吗"); err != nil {
				t.Fatal(err)
			}
		}
		if word, _ := c.say(try.query, try.message); word != try.want {
			t.Errorf("%s: %s, want %s", name, word, try.want)
		}
	}
}

func TestTheTokenAndTheSessionRunOut(t *testing.T) {
	var now atomic.Int64
	now.Store(time.Now().Truncate(time.Hour).UnixNano()) // tokens change by the clock's minute, and only as this test wants
	c := opened(t, Options{TokenLife: time.Minute, SessionLife: time.Hour, Interval: time.Second, PerHour: 2, Now: func() time.Time { return time.Unix(0, now.Load()) }})
	c.signIn()
	now.Add(int64(2 * time.Minute))
	if word, _ := c.say("sendpm&pmsubmit=yes&touid=20002", "您好"); word != "submit_invalid" {
		t.Errorf("an old token: %s", word)
	}
	if word, _ := c.say("sendpm&pmsubmit=yes&touid=20002", "您好"); word != "do_success" {
		t.Errorf("the token of that answer: %s", word)
	}
	_, _ = c.say("newthread&fid=37&topicsubmit=yes", "请勿转账朋友")
	if word, _ := c.say("newthread&fid=37&topicsubmit=yes", "请勿转账同学"); word != "post_flood_ctrl" {
		t.Errorf("at once again: %s", word)
	}
	now.Add(int64(2 * time.Second))
	if word, _ := c.say("sendreply&tid=3001&replysubmit=yes", "请勿转账同学"); word != "post_reply_succeed" {
		t.Errorf("a reply: %s", word)
	}
	now.Add(int64(2 * time.Second))
	if word, _ := c.say("sendreply&tid=3001&replysubmit=yes", "请勿转账老师"); word != "post_flood_ctrl_posts_per_hour" {
		t.Errorf("the third of an hour: %s", word)
	}
	now.Add(int64(2 * time.Hour))
	if word, _ := c.call("mypm", nil); word != "to_login//1" {
		t.Errorf("an old session: %s", word)
	}
	c.signIn()
	c.board.Expire()
	if word, _ := c.call("mypm", nil); word != "to_login//1" {
		t.Errorf("after Expire: %s", word)
	}
}

func TestPeopleAndTheirNotices(t *testing.T) {
	c := opened(t, Options{ReviewDelay: time.Nanosecond})
	c.signIn()
	_, vars := c.say("newthread&fid=37&topicsubmit=yes", "请勿转账朋友")
	ours := vars["pid"].(string)
	if _, err := c.board.Topic("小符", "求助", "@椰城网警 这是骗局吗"); err != nil {
		t.Fatal(err)
	}
	glued, err := c.board.Topic("小符", "求助", "请问@椰城网警这是骗局吗")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.board.Reply("阿梁", ours, "收到"); err != nil {
		t.Fatal(err)
	}
	_, vars = c.call("mynotelist&view=mypost", nil)
	list := vars["list"].([]any)
	if len(list) != 2 || list[0].(map[string]any)["type"] != "post" || list[1].(map[string]any)["type"] != "at" {
		t.Errorf("a name inside Chinese text gives no notice: %v", list)
	}
	if err := c.board.Edit(glued, "改了"); err != nil {
		t.Fatal(err)
	}
	_, vars = c.call("viewthread&tid=3003", nil)
	if m := vars["postlist"].([]any)[0].(map[string]any)["message"].(string); !strings.Contains(m, "本帖最后由") || !strings.HasSuffix(m, "改了") {
		t.Errorf("%s", m)
	}
	if err := c.board.Delete(glued); err != nil {
		t.Fatal(err)
	}
	if word, _ := c.call("viewthread&tid=3003", nil); word != "thread_nonexistence" {
		t.Errorf("%s", word)
	}
	for _, err := range []error{c.board.Delete(glued), c.board.AddPerson("小符"), second(c.board.Reply("小符", "7", "x")), second(c.board.Write("谁", "x")), second(c.board.Write("小符", " "))} {
		if err == nil {
			t.Error("what cannot be was done")
		}
	}
	if n := len(c.board.Actions()); n != 5 {
		t.Errorf("%d actions", n)
	}
}

func second(_ string, err error) error { return err }

func TestLettersArePaged(t *testing.T) {
	c := opened(t, Options{})
	c.signIn()
	for _, text := range []string{"一", "二", "三", "四", "五", "六", "七"} {
		if _, err := c.board.Write("小符", text); err != nil {
			t.Fatal(err)
		}
	}
	_, _ = c.board.Write("阿梁", "您好")
	_, vars := c.call("mypm", nil)
	if list := vars["list"].([]any); len(list) != 2 || list[0].(map[string]any)["touid"] != "20003" {
		t.Errorf("%v", vars["list"])
	}
	_, vars = c.call("mypm&subop=view&touid=20002", nil)
	list := vars["list"].([]any)
	if len(list) != 2 || vars["page"] != "2" || list[1].(map[string]any)["message"] != "七" {
		t.Errorf("the last page: %v", vars)
	}
	_, vars = c.call("mypm&subop=view&touid=20002&page=1", nil)
	if list = vars["list"].([]any); len(list) != 5 || list[0].(map[string]any)["message"] != "一" {
		t.Errorf("the first page: %v", vars)
	}
}

func TestFaultsStrikeWhereTheySay(t *testing.T) {
	for kind, want := range map[FaultKind]struct {
		word string
		sent int
	}{
		ResetBefore: {"no answer", 0}, ResetAfter: {"no answer", 1}, Gateway: {"no document", 1}, HalfJSON: {"no document", 1}, SignedOut: {"to_login//1", 0}, Flood: {"post_flood_ctrl", 0},
	} {
		c := opened(t, Options{})
		c.signIn()
		c.board.Fault(Fault{Kind: kind, Module: "sendpm", Skip: 1})
		if word, _ := c.say("sendpm&pmsubmit=yes&touid=20002", "先"); word != "do_success" {
			t.Errorf("%s struck too early: %s", kind, word)
		}
		word, _ := c.say("sendpm&pmsubmit=yes&touid=20002", "中")
		if n := len(c.board.Received()) - 1; word != want.word || n != want.sent || c.board.Struck() != 1 {
			t.Errorf("%s: %s, %d sent", kind, word, n)
		}
	}
	c := opened(t, Options{})
	c.signIn()
	_, _ = c.say("sendpm&pmsubmit=yes&touid=20002", "同一句")
	_, _ = c.say("sendpm&pmsubmit=yes&touid=20002", "同一句")
	if n := len(c.board.Duplicates()); n != 1 {
		t.Errorf("%d duplicates", n)
	}
}

// TestTheCookiesHaveTheBoardsPrefix: every board has its own.
func TestTheCookiesHaveTheBoardsPrefix(t *testing.T) {
	c := opened(t, Options{CookiePrefix: "a1B2_2132_"})
	c.signIn()
	if !strings.Contains(c.cookies, "a1B2_2132_auth=") || !strings.Contains(c.cookies, "a1B2_2132_saltkey=") {
		t.Errorf("%s", c.cookies)
	}
	if word, vars := c.call("mypm", nil); word != "" || vars["cookiepre"] != "a1B2_2132_" {
		t.Errorf("%s %v", word, vars["cookiepre"])
	}
	c.cookies = strings.ReplaceAll(c.cookies, "a1B2_2132_", "xD7_2132_")
	if word, _ := c.call("mypm", nil); word != "to_login//1" {
		t.Errorf("cookies of another board: %s", word)
	}
}

func TestThePageLetsAPersonPlay(t *testing.T) {
	c := opened(t, Options{})
	resp, err := http.PostForm(c.base+"/citizen", url.Values{"who": {"小符"}, "where": {"public"}, "subject": {"求助"}, "text": {"<b>是骗局吗</b>"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK || !strings.Contains(string(page), "&lt;b&gt;是骗局吗") {
		t.Errorf("HTTP %d: %s", resp.StatusCode, page)
	}
	if a := c.board.Actions(); len(a) != 1 || a[0].Kind != "topic" {
		t.Errorf("%+v", a)
	}
	resp, err = http.PostForm(c.base+"/citizen", url.Values{"who": {"谁"}, "text": {"x"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a stranger: HTTP %d", resp.StatusCode)
	}
}
