package wechat_test

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
)

// sendFile makes the citizen send a picture.
func sendFile(to adaptertest.Fake, _ string, data []byte) adapters.Media {
	f := to.(*fake)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.files == nil {
		f.files = map[string][]byte{}
	}
	f.files["MEDIA-1"] = data
	return adapters.Media{Ref: "MEDIA-1", Type: "image/jpeg", URL: "http://mmbiz.qpic.cn/MEDIA-1"}
}

func expireFile(of adaptertest.Fake, m adapters.Media) {
	f := of.(*fake)
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.files, string(m.Ref))
}

func (f *fake) getMedia(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("media_id")
	if at := f.videos[id]; at != "" {
		say(w, object{"video_url": at})
		return
	}
	data, ok := f.files[id]
	if !ok || r.Method != http.MethodGet {
		say(w, fail(40007, "invalid media_id rid: 1-2-3"))
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	if id == "VOICE" {
		w.Header().Set("Content-Type", "audio/amr")
	}
	w.Header().Set("Content-Disposition", `attachment; filename="`+id+`.bin"`)
	_, _ = w.Write(data)
}

func fetched(t *testing.T, a adapters.Account, m adapters.Media) (string, error) {
	t.Helper()
	c, err := a.Caps().Media.FetchMedia(t.Context(), m)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(c.Body)
	return string(b), errors.Join(err, c.Body.Close())
}

func TestFetchMedia_VoiceAfterARefusedToken(t *testing.T) {
	f := newFake()
	f.files = map[string][]byte{"VOICE": []byte("#!AMR\n...")}
	a := open(t, f)
	if _, err := fetched(t, a, adapters.Media{Ref: "VOICE"}); err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	f.spoiled = true // every token given out so far is refused
	f.mu.Unlock()
	if got, err := fetched(t, a, adapters.Media{Ref: "VOICE"}); err != nil || got != "#!AMR\n..." {
		t.Errorf("%q, %v", got, err)
	}
}

func TestFetchMedia_Video(t *testing.T) {
	f := newFake()
	a := open(t, f)
	f.mu.Lock()
	f.videos = map[string]string{
		"OWN": a.base + "/video/1", "FOREIGN": "http://169.254.169.254/latest/meta-data", "LOOKALIKE": "https://qq.com.example/v.mp4",
		"PORT": "http://video.qq.com:6379/", "USER": "https://a:b@video.qq.com/", "BROKEN": "://",
	}
	f.mu.Unlock()
	if got, err := fetched(t, a, adapters.Media{Ref: "OWN"}); err != nil || !strings.Contains(got, "ftyp") {
		t.Errorf("%q, %v", got, err)
	}
	for _, id := range []adapters.Ref{"FOREIGN", "LOOKALIKE", "PORT", "USER", "BROKEN", ""} {
		_, err := fetched(t, a, adapters.Media{Ref: id})
		if adapters.ClassOf(err) != adapters.Rejected {
			t.Errorf("%s: %v, want class %q", id, err, adapters.Rejected)
		}
		if err != nil && strings.Contains(err.Error(), "169.254") {
			t.Errorf("%s: the error repeats the address: %v", id, err)
		}
	}
}

func TestMediaHaveThreeDays(t *testing.T) {
	a := open(t, newFake())
	at := time.Now().Truncate(time.Second)
	doc := "<xml><ToUserName>gh_station</ToUserName><FromUserName>" + openID + "</FromUserName><CreateTime>" + strconv.FormatInt(at.Unix(), 10) +
		"</CreateTime><MsgType>image</MsgType><PicUrl>http://p/1</PicUrl><MediaId>M</MediaId><MsgId>5</MsgId></xml>"
	d, err := a.Caps().Webhook.Verify(callback(doc, at, "safe"), at)
	if err != nil || len(d.Items) != 1 || len(d.Items[0].Media) != 1 || !d.Items[0].Media[0].Until.Equal(at.Add(72*time.Hour)) {
		t.Errorf("%+v, %v", d, err)
	}
}
