import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.plivo.api.util.Utils;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The validators of Plivo's own Java SDK: a question as JSON a line, true, false or the name of an exception a line.
 *
 * <p>The SDK compares the method by identity, so `method` is interned here, unless the question says "interned": false.
 */
public class Validate {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] arguments) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      System.out.println(JSON.writeValueAsString(verdict(JSON.readTree(line))));
    }
  }

  private static Object verdict(JsonNode asked) {
    String url = asked.get("url").asText();
    String nonce = asked.get("nonce").asText();
    String signature = asked.get("signature").asText();
    String token = asked.get("token").asText();
    try {
      if (asked.get("version").asInt() == 2) {
        return Utils.validateSignature(url, nonce, signature, token);
      }
      boolean interned = !asked.has("interned") || asked.get("interned").asBoolean();
      String method = interned ? asked.get("method").asText().intern() : new String(asked.get("method").asText());
      Map<String, String> parameters = new HashMap<>();
      asked.get("params").fields().forEachRemaining(each -> parameters.put(each.getKey(), each.getValue().asText()));
      return Utils.validateSignatureV3(url, nonce, signature, token, method, parameters);
    } catch (Exception error) {
      return error.getClass().getSimpleName();
    }
  }
}
