// Validates files against profiles of PDF/A and PDF/UA with the engine of veraPDF, all in one process.
// Arguments: the profiles, with commas (3a,ua1). Standard input: one path a line. Standard output: one line for each
// file and profile: path, profile, number of checks, then each rule that was broken (clause-test: message), with tabs.

import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.LogManager;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

public final class Conformance {
    private static final int FAILURES_SHOWN = 100;

    public static void main(String[] arguments) throws Exception {
        LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        ExecutorService workers = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        List<Future<String>> answers = new ArrayList<>();
        BufferedReader paths = new BufferedReader(new InputStreamReader(System.in));
        for (String path = paths.readLine(); path != null; path = paths.readLine()) {
            for (String profile : arguments[0].split(",")) {
                String one = path;
                answers.add(workers.submit((Callable<String>) () -> checked(one, profile)));
            }
        }
        for (Future<String> answer : answers) {
            System.out.println(answer.get());
        }
        workers.shutdown();
    }

    private static String checked(String path, String profile) {
        PDFAFlavour flavour = PDFAFlavour.byFlavourId(profile);
        StringBuilder line = new StringBuilder(path).append('\t').append(profile);
        try (PDFAParser file = Foundries.defaultInstance().createParser(new File(path), flavour);
                PDFAValidator validator =
                        Foundries.defaultInstance().createValidator(flavour, FAILURES_SHOWN, false, true, false)) {
            ValidationResult found = validator.validate(file);
            TreeMap<String, String> broken = new TreeMap<>();
            for (TestAssertion assertion : found.getTestAssertions()) {
                if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                    String rule = assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber();
                    broken.putIfAbsent(rule, assertion.getMessage().replaceAll("\\s+", " "));
                }
            }
            line.append('\t').append(found.getTotalAssertions());
            broken.forEach((rule, message) -> line.append('\t').append(rule).append(": ").append(message));
            if (!found.isCompliant() && broken.isEmpty()) {
                line.append("\tnot compliant, and no rule named");
            }
        } catch (Exception refused) {
            line.append("\t0\tnot read: ").append(refused);
        }
        return line.toString();
    }
}
