import java.net.HttpURLConnection;
import java.net.URL;
import java.util.Base64;

/** Creates a session with Java's own HTTPS client, whose settings plivo-java's OkHttp shares, and prints the answer. */
public class Create {
    public static void main(String[] arguments) throws Exception {
        String id = System.getenv("PLIVO_AUTH_ID");
        String account = Base64.getEncoder().encodeToString((id + ":" + System.getenv("PLIVO_AUTH_TOKEN")).getBytes());
        URL url = new URL("https://api.plivo.com/v1/Account/" + id + "/Masking/Session/");
        HttpURLConnection connection = (HttpURLConnection) url.openConnection();
        connection.setDoOutput(true);
        connection.setRequestProperty("Authorization", "Basic " + account);
        connection.setRequestProperty("Content-Type", "application/json");
        connection.getOutputStream()
                .write("{\"first_party\": \"+14155550123\", \"second_party\": \"+14155550145\"}".getBytes());
        System.out.println(new String(connection.getInputStream().readAllBytes()));
    }
}
