import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;

// One POST by the JDK's own client as it is by default: it asks for HTTP/2 on plain HTTP.
class CreateByHttpClient {
    public static void main(String[] given) throws Exception {
        String login = Base64.getEncoder().encodeToString((given[1] + ":" + given[2]).getBytes());
        HttpRequest request = HttpRequest.newBuilder(URI.create(given[0]))
            .header("Authorization", "Basic " + login)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(given[3]))
            .build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        System.out.println(response.statusCode() + " " + response.version());
        System.out.println(response.body());
    }
}
