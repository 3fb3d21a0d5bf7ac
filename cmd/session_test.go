package cmd

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"netpatrol/internal/sandbox"
	weixin "netpatrol/internal/sandbox/wechat"
)

// platformKey finds a script's pretend platform.
type platformKey struct{}

// startSandbox starts a pretend microblog with the official account haikou and the
// citizen lin. It sets SANDBOX and TOKEN and writes the token into the file "token".
func startSandbox(ts *testscript.TestScript, _ bool, _ []string) {
	srv := httptest.NewUnstartedServer(nil)
	m := sandbox.NewMicroblog(sandbox.Options{BaseURL: "http://" + srv.Listener.Addr().String(), Seed: 1})
	srv.Config.Handler = m
	srv.Start()
	ts.Defer(srv.Close)
	_, token, err := m.AddAccount("haikou", "海口网警", "")
	ts.Check(err)
	_, err = m.AddCitizen("lin", "小林")
	ts.Check(err)
	ts.Value(platformKey{}).(map[string]*sandbox.Microblog)["it"] = m
	ts.Setenv("SANDBOX", srv.URL)
	ts.Setenv("TOKEN", token)
	ts.Check(os.WriteFile(ts.MkAbs("token"), []byte(token+"\n"), 0o600))
}

// startWeixin starts a pretend WeChat with one follower, an automatic reply and a menu made in its
// console. It sets WEIXIN.
func startWeixin(ts *testscript.TestScript, _ bool, _ []string) {
	p := weixin.New(weixin.Options{AppID: "wx1", AppSecret: "s1", Token: "t1", EncodingAESKey: strings.Repeat("a", 43)})
	srv := httptest.NewServer(p)
	ts.Defer(srv.Close)
	ts.Defer(p.Close)
	_, err := p.AddFollower("lin")
	ts.Check(err)
	p.SetAutoReply(weixin.AutoReply{OnFollow: "欢迎关注"})
	ts.Check(p.ConsoleMenu(`[{"type":"view","name":"办事大厅","url":"https://ga.example.gov.cn/"}]`))
	ts.Setenv("WEIXIN", srv.URL)
}

func platform(ts *testscript.TestScript) *sandbox.Microblog {
	m, ok := ts.Value(platformKey{}).(map[string]*sandbox.Microblog)["it"]
	if !ok {
		ts.Fatalf("start the sandbox first")
	}
	return m
}

// tell TEXT: lin writes to the official account privately.
func tell(ts *testscript.TestScript, _ bool, args []string) {
	_, err := platform(ts).Tell("lin", "haikou", args[0])
	ts.Check(err)
}

// received N [PATTERN]: the platform has received exactly N messages from us; with a
// pattern, the last one matches. It waits for messages that are still to come.
func received(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	m, late := platform(ts), time.After(patience)
	for {
		changed, got := m.Changed(), m.Received()
		if len(got) > want {
			ts.Fatalf("%d messages were received, want %d", len(got), want)
		}
		if len(got) == want {
			if len(args) > 1 && !regexp.MustCompile(args[1]).MatchString(got[want-1].Text) {
				ts.Fatalf("%q does not match %s", got[want-1].Text, args[1])
			}
			return
		}
		select {
		case <-changed:
		case <-late:
			ts.Fatalf("%d messages were received, want %d", len(got), want)
		}
	}
}

// patience bounds every wait of a script.
const patience = 90 * time.Second

// losing: the platform takes what is posted from now on, and its answers are lost.
func losing(ts *testscript.TestScript, _ bool, _ []string) {
	platform(ts).Fault(sandbox.Fault{Kind: sandbox.StatusAfterAccept, Method: http.MethodPost, Path: "/api/v1/statuses"})
}

// until PATTERN COMMAND...: run a command again and again until what it prints matches.
// Named groups become environment variables.
func until(ts *testscript.TestScript, _ bool, args []string) {
	pattern := regexp.MustCompile("(?m)" + args[0])
	again, late := time.NewTicker(50*time.Millisecond), time.After(patience)
	defer again.Stop()
	for {
		err := ts.Exec(args[1], args[2:]...)
		out := ts.ReadFile("stdout") + ts.ReadFile("stderr")
		if hit := pattern.FindStringSubmatch(out); err == nil && hit != nil {
			for i, name := range pattern.SubexpNames() {
				if name != "" {
					ts.Setenv(name, hit[i])
				}
			}
			return
		}
		select {
		case <-again.C:
		case <-late:
			ts.Fatalf("never matched %s:\n%s", args[0], out)
		}
	}
}

// fill FILE: replace $NAME in a file by the environment.
func fill(ts *testscript.TestScript, _ bool, args []string) {
	text := os.Expand(ts.ReadFile(args[0]), ts.Getenv)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// hidden FILES...: no output of the last command and none of the files named holds the
// account's token.
func hidden(ts *testscript.TestScript, _ bool, files []string) {
	for _, f := range slices.Concat([]string{"stdout", "stderr"}, files) {
		if strings.Contains(ts.ReadFile(f), ts.Getenv("TOKEN")) {
			ts.Fatalf("the token shows in %s", f)
		}
	}
}

func sessionCommands() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	return map[string]func(ts *testscript.TestScript, neg bool, args []string){
		"sandbox": startSandbox, "weixin": startWeixin, "tell": tell, "received": received, "until": until, "losing": losing, "fill": fill, "hidden": hidden, "exits": exits,
	}
}
